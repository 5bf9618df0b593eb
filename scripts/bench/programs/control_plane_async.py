"""Print how many milliseconds each of N operations took, with the async classes: `control_plane_async.py WHAT N`.

WHAT: `life` (create, kill and close, with nothing open before), `info`, `list` or `command`.
"""

import asyncio
import json
import sys
import time

from opensandbox import Sandbox, SandboxManager
from opensandbox.models import SandboxFilter

WHAT, COUNT = sys.argv[1], int(sys.argv[2])
WARM_UP = 20
LISTED = 200


async def life() -> None:
    """Create a sandbox, kill it and close the object."""
    sandbox = await Sandbox.create("python:3.12")
    await sandbox.kill()
    await sandbox.close()


async def main() -> None:
    """Measure one operation after another."""
    if WHAT == "life":
        await measure(life)
    elif WHAT == "list":
        manager = await SandboxManager.create()
        listed = await manager.list_sandbox_infos(SandboxFilter(page_size=LISTED))
        assert len(listed.sandbox_infos) == LISTED, listed
        await measure(lambda: manager.list_sandbox_infos(SandboxFilter(page_size=LISTED)))
        await manager.close()
    else:
        async with await Sandbox.create("python:3.12") as sandbox:
            if WHAT == "info":
                await measure(sandbox.get_info)
            else:
                execution = await sandbox.commands.run("true")
                assert execution.exit_code == 0, execution
                await measure(lambda: sandbox.commands.run("true"))


async def measure(operation) -> None:
    """Time an operation again and again."""
    samples = []
    for number in range(WARM_UP + COUNT):
        start = time.perf_counter()
        await operation()
        if number >= WARM_UP:
            samples.append((time.perf_counter() - start) * 1000)
    print(json.dumps(samples))


asyncio.run(main())
