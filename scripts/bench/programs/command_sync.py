"""Print how many milliseconds each of N tiny commands took, with the blocking classes: `command_sync.py N`."""

import json
import sys
import time

from opensandbox import SandboxSync

WARM_UP = 5

with SandboxSync.create("ubuntu") as sandbox:
    samples = []
    for number in range(WARM_UP + int(sys.argv[1])):
        start = time.perf_counter()
        execution = sandbox.commands.run("true")
        took = time.perf_counter() - start
        if execution.exit_code != 0:
            raise SystemExit(f"the command failed: {execution}")
        if number >= WARM_UP:
            samples.append(took * 1000)
    sandbox.kill()
print(json.dumps(samples))
