"""Print, as JSON, the milliseconds of a tiny command on each of two servers, in turns, with the async classes: `held_streams_async.py N`."""

import asyncio
import json
import os
import sys
import time

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig

WARM_UP = 2


async def main() -> None:
    """Measure in two sandboxes."""
    sandboxes = [
        await Sandbox.create("ubuntu", connection_config=ConnectionConfig(domain=domain, api_key=key))
        for domain, key in zip(os.environ["DOMAINS"].split(","), os.environ["KEYS"].split(","), strict=True)
    ]
    rounds = []
    for _ in range(WARM_UP + int(sys.argv[1])):
        times = []
        for sandbox in sandboxes:
            start = time.perf_counter()
            execution = await sandbox.commands.run("true")
            times.append((time.perf_counter() - start) * 1000)
            if execution.exit_code != 0:
                raise SystemExit(f"the command failed: {execution}")
        rounds.append(times)
    for sandbox in sandboxes:
        await sandbox.kill()
        await sandbox.close()
    print(json.dumps(rounds[WARM_UP:]))


asyncio.run(main())
