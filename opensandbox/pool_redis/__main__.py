"""`python -m opensandbox.pool_redis status`: a table of the pools in a Redis, their leaders and their counts."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from redis import Redis
from redis.exceptions import RedisError

from opensandbox._core.command_line import Parser
from opensandbox._core.pool.keys import DEFAULT_KEY_PREFIX, PoolKeys
from opensandbox._core.pool.replies import text
from opensandbox._sync.pool.redis_store import RedisPoolStateStore
from opensandbox.exceptions import PoolStateStoreUnavailableException

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox._core.pool.messages import StoreStatus

HEADINGS = [
    "POOL",
    "STATE",
    "LEADER",
    "EPOCH",
    "LOCK",
    "IDLE",
    "WARMING",
    "TAKEN",
    "DOOMED",
    "WAITING",
    "MEMBERS",
]
CLEAR = "\x1b[H\x1b[2J"


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the table until interrupted, or once where no terminal shows it; return 1 if Redis does not answer."""
    parser = Parser(prog="python -m opensandbox.pool_redis")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    status = commands.add_parser("status", help="show pools, leaders, epochs and counts")
    status.add_argument("url", help="redis://…, rediss://… or unix://…, as the package redis takes it")
    status.add_argument("--prefix", default=DEFAULT_KEY_PREFIX, help="key prefix (default: %(default)s)")
    status.add_argument(
        "--once", action="store_true", help="show the table once, and end, as into a pipe or a file"
    )
    status.add_argument("--interval", type=float, default=2.0, help="seconds between two tables (default: 2)")
    options = parser.parse_args(arguments)
    once = options.once or not sys.stdout.isatty()
    try:
        with closing(Redis.from_url(options.url)) as client:
            while True:
                table = "\n".join(_table(_statuses(client, options.prefix)))
                sys.stdout.write(f"{table}\n" if once else f"{CLEAR}{table}\n")
                sys.stdout.flush()
                if once:
                    return 0
                time.sleep(options.interval)
    except (ValueError, RedisError, PoolStateStoreUnavailableException) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def _statuses(client: Redis, prefix: str) -> list[StoreStatus]:
    keys, store = PoolKeys(prefix), RedisPoolStateStore(client, prefix)
    found = {keys.pool_name(text(key)) for key in client.scan_iter(match=keys.pattern(), count=1000)}
    return [store.inspect(name) for name in sorted(name for name in found if name is not None)]


def _table(pools: list[StoreStatus]) -> list[str]:
    rows = [HEADINGS, *(_row(pool) for pool in pools)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _row(pool: StoreStatus) -> list[str]:
    return [
        pool.pool_name,
        pool.destroy_state,
        pool.leader or "-",
        str(pool.epoch or "-"),
        "-" if pool.lock_remaining is None else f"{pool.lock_remaining:.0f}s",
        str(pool.idle) if pool.max_idle is None else f"{pool.idle}/{pool.max_idle}",
        *map(str, (pool.warming, pool.taken, pool.doomed, pool.waiting, len(pool.members))),
    ]


if __name__ == "__main__":
    sys.exit(main())
