"""Print how long N large operations took and what memory they added, with the blocking classes: `bulk_sync.py N WHAT AMOUNT`.

WHAT: `command` (AMOUNT is its text, which tells the stub what to send), `read` (so many MiB) or `upload` (the file of that name).
"""

import json
import sys
import time
from pathlib import Path

from opensandbox import SandboxSync

COUNT, WHAT, AMOUNT = int(sys.argv[1]), sys.argv[2], sys.argv[3]
MIB = 1 << 20


def most_memory() -> int:
    """Return the most that this process ever held, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return int(line.split()[1]) * 1024


def once(sandbox: SandboxSync) -> None:
    """Do it once, and see that all came."""
    if WHAT == "command":
        execution = sandbox.commands.run(AMOUNT)
        assert execution.complete is not None, execution.error
        kind, amount = AMOUNT.split()[:2]
        messages = execution.logs.stdout
        found = len(messages) if kind == "events" else len(messages[0].text) // MIB
        assert found == int(amount), found
    elif WHAT == "read":
        content = sandbox.files.read_bytes(f"/workspace/{AMOUNT}")
        assert len(content) == int(AMOUNT) * MIB, len(content)
    else:
        with Path(AMOUNT).open("rb") as file:
            sandbox.files.write_file("/workspace/upload", file)


def main() -> None:
    """Measure in one sandbox."""
    with SandboxSync.create("python:3.12") as sandbox:
        sandbox.commands.run("events 10")
        sandbox.files.read_bytes("/workspace/1")
        sandbox.files.write_file("/workspace/upload", b"x")
        before = most_memory()
        seconds, processor, grown = [], [], []
        for _ in range(COUNT):
            start, worked = time.perf_counter(), time.process_time()
            once(sandbox)
            seconds.append(time.perf_counter() - start)
            processor.append(time.process_time() - worked)
            grown.append(most_memory() - before)
    print(json.dumps({"seconds": seconds, "processor": processor, "grown": grown[0]}))


main()
