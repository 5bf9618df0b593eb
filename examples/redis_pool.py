"""One pool for two processes: both acquire from the same warm sandboxes, which Redis keeps count of.

When: several workers or machines share a deployment. `REDIS_URL` says where Redis is. Needs the extra `pool-redis`.
"""

import os
import subprocess
import sys
from datetime import timedelta

from redis import Redis

from opensandbox import PoolCreationSpec, SandboxPoolSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.local import LocalServer
from opensandbox.pool_redis import RedisPoolStateStore

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")


def worker(name: str) -> None:
    with (
        Redis.from_url(REDIS_URL, socket_timeout=5) as redis,
        SandboxPoolSync(
            pool_name="shared",
            max_idle=2,
            state_store=RedisPoolStateStore(redis),
            connection_config=ConnectionConfigSync(),  # the environment names the server
            creation_spec=PoolCreationSpec(image="ubuntu"),
        ) as pool,
        pool.sandbox(timedelta(minutes=1)) as sandbox,
    ):
        print(sandbox.commands.run(f"echo {name} has a sandbox").stdout.strip(), flush=True)


def main() -> None:
    with LocalServer() as server:
        where = {"OPEN_SANDBOX_DOMAIN": server.domain, "OPEN_SANDBOX_API_KEY": server.api_key}
        workers = [
            subprocess.Popen([sys.executable, __file__, name], env={**os.environ, **where})
            for name in ("first", "second")
        ]
        print("exit codes", [process.wait() for process in workers])


if __name__ == "__main__":
    worker(sys.argv[1]) if len(sys.argv) > 1 else main()
