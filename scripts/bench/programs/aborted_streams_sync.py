"""Leave N streams at their first event, from several threads: `aborted_streams_sync.py DOMAIN N`.

Prints resident memory and open files after a tenth, a half and all of them.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from footprint import Footprints

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync

THREADS = 4
AT_ONCE = 10


def leave(sandbox: SandboxSync) -> None:
    """Leave a stream early."""
    with sandbox.commands.stream("make", detach=True) as events:
        for _ in events:
            break


def main() -> None:
    """Measure with one sandbox object."""
    count = int(sys.argv[2])
    footprints = Footprints()
    config = ConnectionConfigSync(domain=sys.argv[1])
    with SandboxSync("box", connection_config=config) as sandbox, ThreadPoolExecutor(THREADS) as threads:
        start = time.perf_counter()
        for done in range(0, count, AT_ONCE):
            list(threads.map(leave, [sandbox] * AT_ONCE))
            if done + AT_ONCE in (count // 10, count // 2, count):
                footprints.take()
        seconds = time.perf_counter() - start
    print(json.dumps({**vars(footprints), "seconds": seconds}))


main()
