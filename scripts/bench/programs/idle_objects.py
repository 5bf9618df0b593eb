"""Print how many bytes an idle `Sandbox` object holds: `idle_objects.py N`. One configuration serves all."""

import asyncio
import gc
import json
import os
import sys
from pathlib import Path

import httpx

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig

WARM_UP = 20
AT_ONCE = 20


def resident() -> int:
    """Return the memory of this process, after the garbage is gone."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def make(count: int, config: ConnectionConfig) -> list[Sandbox]:
    """Return new sandboxes, with their addresses known."""
    made: list[Sandbox] = []
    while len(made) < count:
        made += await asyncio.gather(
            *(Sandbox.create("ubuntu", connection_config=config) for _ in range(AT_ONCE))
        )
    return made


async def main() -> None:
    """Measure what N more of them add."""
    count = int(sys.argv[1])
    # Shared, because the published package would hold a pool and a TLS context per object if it were not told to.
    transport = httpx.AsyncHTTPTransport()
    config = ConnectionConfig(transport=transport)
    kept = await make(WARM_UP, config)
    before = resident()
    kept += await make(count, config)
    print(json.dumps((resident() - before) / count))
    for sandbox in kept:
        await sandbox.close()
    await transport.aclose()


asyncio.run(main())
