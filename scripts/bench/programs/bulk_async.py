"""Print how long N large operations took and what memory they added, with the async classes: `bulk_async.py N WHAT AMOUNT`.

WHAT: `command` (AMOUNT is its text, which tells the stub what to send), `read` (so many MiB) or `upload` (the file of that name).
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from opensandbox import Sandbox

COUNT, WHAT, AMOUNT = int(sys.argv[1]), sys.argv[2], sys.argv[3]
MIB = 1 << 20


def most_memory() -> int:
    """Return the most that this process ever held, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return int(line.split()[1]) * 1024


async def once(sandbox: Sandbox) -> None:
    """Do it once, and see that all came."""
    if WHAT == "command":
        execution = await sandbox.commands.run(AMOUNT)
        assert execution.complete is not None, execution.error
        kind, amount = AMOUNT.split()[:2]
        messages = execution.logs.stdout
        found = len(messages) if kind == "events" else len(messages[0].text) // MIB
        assert found == int(amount), found
    elif WHAT == "read":
        content = await sandbox.files.read_bytes(f"/workspace/{AMOUNT}")
        assert len(content) == int(AMOUNT) * MIB, len(content)
    else:
        with Path(AMOUNT).open("rb") as file:  # noqa: ASYNC230 - local, and what is measured is what follows
            await sandbox.files.write_file("/workspace/upload", file)


async def main() -> None:
    """Measure in one sandbox."""
    async with await Sandbox.create("python:3.12") as sandbox:
        await sandbox.commands.run("events 10")
        await sandbox.files.read_bytes("/workspace/1")
        await sandbox.files.write_file("/workspace/upload", b"x")
        before = most_memory()
        seconds, processor, grown = [], [], []
        for _ in range(COUNT):
            start, worked = time.perf_counter(), time.process_time()
            await once(sandbox)
            seconds.append(time.perf_counter() - start)
            processor.append(time.process_time() - worked)
            grown.append(most_memory() - before)
    print(json.dumps({"seconds": seconds, "processor": processor, "grown": grown[0]}))


asyncio.run(main())
