"""Print how many milliseconds each of N rounds of `create` and a first command took: `create.py N PAUSE`."""

import json
import sys
import time

from opensandbox import SandboxSync

WARM_UP = 2


def once() -> float:
    """Return the milliseconds of one round; the sandbox is removed outside of the measured time."""
    start = time.perf_counter()
    sandbox = SandboxSync.create("ubuntu")
    execution = sandbox.commands.run("true")
    took = time.perf_counter() - start
    if execution.exit_code != 0:
        raise SystemExit(f"the command failed: {execution}")
    sandbox.kill()
    sandbox.close()
    return took * 1000


samples = []
for number in range(WARM_UP + int(sys.argv[1])):
    time.sleep(float(sys.argv[2]))
    took = once()
    if number >= WARM_UP:
        samples.append(took)
print(json.dumps(samples))
