"""Leave N streams at their first event, by turns with `break` and by cancelling: `aborted_streams_async.py DOMAIN N`.

Prints resident memory and open files after a tenth, a half and all of them.
"""

import asyncio
import json
import sys
import time

from footprint import Footprints

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig

AT_ONCE = 10


async def leave(sandbox: Sandbox) -> None:
    """Leave a stream early."""
    async with sandbox.commands.stream("make", detach=True) as events:
        async for _ in events:
            break


async def be_cancelled(sandbox: Sandbox) -> None:
    """Wait for an event that never comes, until the time is up."""
    begun = asyncio.Event()

    async def wait() -> None:
        async with sandbox.commands.stream("make", detach=True) as events:
            async for _ in events:
                begun.set()

    task = asyncio.create_task(wait())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def main() -> None:
    """Measure with one sandbox object."""
    count = int(sys.argv[2])
    footprints = Footprints()
    async with Sandbox("box", connection_config=ConnectionConfig(domain=sys.argv[1])) as sandbox:
        start = time.perf_counter()
        for done in range(0, count, AT_ONCE):
            await asyncio.gather(
                *((leave if number % 2 else be_cancelled)(sandbox) for number in range(AT_ONCE))
            )
            if done + AT_ONCE in (count // 10, count // 2, count):
                footprints.take()
        seconds = time.perf_counter() - start
    print(json.dumps({**vars(footprints), "seconds": seconds}))


asyncio.run(main())
