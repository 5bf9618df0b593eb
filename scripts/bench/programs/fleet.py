"""Print how many seconds N sandboxes at once took, each made, used and killed: `fleet.py N`."""

import asyncio
import json
import sys
import time
from datetime import timedelta

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig

COUNT = int(sys.argv[1])
WARM_UP = 5
PATIENCE = timedelta(minutes=5)


async def one(config: ConnectionConfig) -> None:
    """Make a sandbox, run a command and kill it."""
    async with await Sandbox.create(
        "python:3.12", connection_config=config, ready_timeout=PATIENCE
    ) as sandbox:
        execution = await sandbox.commands.run("true")
        assert execution.exit_code == 0, execution
        await sandbox.kill()


async def main() -> None:
    """Measure after a few that load what is loaded on first use."""
    config = ConnectionConfig(request_timeout=PATIENCE)
    await asyncio.gather(*(one(config) for _ in range(WARM_UP)))
    start = time.perf_counter()
    await asyncio.gather(*(one(config) for _ in range(COUNT)))
    print(json.dumps(time.perf_counter() - start))


asyncio.run(main())
