"""Print how many milliseconds each of N tiny commands took, with the async classes: `command_async.py N`."""

import asyncio
import json
import sys
import time

from opensandbox import Sandbox

WARM_UP = 5


async def main() -> None:
    """Measure in one sandbox."""
    samples = []
    async with await Sandbox.create("ubuntu") as sandbox:
        for number in range(WARM_UP + int(sys.argv[1])):
            start = time.perf_counter()
            execution = await sandbox.commands.run("true")
            took = time.perf_counter() - start
            if execution.exit_code != 0:
                raise SystemExit(f"the command failed: {execution}")
            if number >= WARM_UP:
                samples.append(took * 1000)
        await sandbox.kill()
    print(json.dumps(samples))


asyncio.run(main())
