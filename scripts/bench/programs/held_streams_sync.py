"""Print, as JSON, the milliseconds of a tiny command on each of two servers, in turns, with the blocking classes: `held_streams_sync.py N`."""

import json
import os
import sys
import time

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync

WARM_UP = 2

sandboxes = [
    SandboxSync.create("ubuntu", connection_config=ConnectionConfigSync(domain=domain, api_key=key))
    for domain, key in zip(os.environ["DOMAINS"].split(","), os.environ["KEYS"].split(","), strict=True)
]
rounds = []
for _ in range(WARM_UP + int(sys.argv[1])):
    times = []
    for sandbox in sandboxes:
        start = time.perf_counter()
        execution = sandbox.commands.run("true")
        times.append((time.perf_counter() - start) * 1000)
        if execution.exit_code != 0:
            raise SystemExit(f"the command failed: {execution}")
    rounds.append(times)
for sandbox in sandboxes:
    sandbox.kill()
    sandbox.close()
print(json.dumps(rounds[WARM_UP:]))
