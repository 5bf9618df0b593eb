"""Print, as JSON, the milliseconds that a command takes in a sandbox that is awake and in one that it wakes, in pairs."""

from __future__ import annotations

import json
import sys
import time

from opensandbox import SandboxSync


def took(sandbox: SandboxSync) -> float:
    """Return the milliseconds of one command."""
    began = time.perf_counter()
    sandbox.commands.run("true")
    return (time.perf_counter() - began) * 1e3


pairs = []
with SandboxSync.ephemeral("ubuntu", lifecycle={"idle_policy": {}}) as sandbox:
    took(sandbox)
    for _ in range(int(sys.argv[1])):
        awake = took(sandbox)
        sandbox.pause()
        pairs.append((awake, took(sandbox)))
print(json.dumps(pairs))
