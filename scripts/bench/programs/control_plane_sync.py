"""Print how many milliseconds each of N operations took, with the blocking classes: `control_plane_sync.py WHAT N`.

WHAT: `life` (create, kill and close, with nothing open before), `info`, `list` or `command`.
"""

import json
import sys
import time

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.models import SandboxFilter

WHAT, COUNT = sys.argv[1], int(sys.argv[2])
WARM_UP = 20
LISTED = 200


def life() -> None:
    """Create a sandbox, kill it and close the object."""
    sandbox = SandboxSync.create("python:3.12")
    sandbox.kill()
    sandbox.close()


def main() -> None:
    """Measure one operation after another."""
    if WHAT == "life":
        measure(life)
    elif WHAT == "list":
        manager = SandboxManagerSync.create()
        listed = manager.list_sandbox_infos(SandboxFilter(page_size=LISTED))
        assert len(listed.sandbox_infos) == LISTED, listed
        measure(lambda: manager.list_sandbox_infos(SandboxFilter(page_size=LISTED)))
        manager.close()
    else:
        with SandboxSync.create("python:3.12") as sandbox:
            if WHAT == "info":
                measure(sandbox.get_info)
            else:
                execution = sandbox.commands.run("true")
                assert execution.exit_code == 0, execution
                measure(lambda: sandbox.commands.run("true"))


def measure(operation) -> None:
    """Time an operation again and again."""
    samples = []
    for number in range(WARM_UP + COUNT):
        start = time.perf_counter()
        operation()
        if number >= WARM_UP:
            samples.append((time.perf_counter() - start) * 1000)
    print(json.dumps(samples))


main()
