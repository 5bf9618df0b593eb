"""A program that sends a file to a new sandbox and fetches it again, by either twin, and prints by how much its memory grew.

python -m tests.support.large_file _async|_sync DOMAIN API_KEY SOURCE TARGET
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from opensandbox import Sandbox, SandboxSync
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from tests.support.files_memory import finished, peak


async def main(twin: str, domain: str, api_key: str, source: str, target: str) -> None:
    """Move a small file first, so that only the large one counts."""
    kind: Any = Sandbox if twin == "_async" else SandboxSync
    config: Any = ConnectionConfig if twin == "_async" else ConnectionConfigSync
    sandbox = await finished(
        kind.create("ubuntu", connection_config=config(domain=domain, api_key=api_key, trust_env=False))
    )
    try:
        small = Path(target).with_name("small")
        small.write_bytes(b"small")
        await finished(sandbox.files.upload(small, "/tmp/small"))
        await finished(sandbox.files.download("/tmp/small", small))
        before = peak()
        await finished(sandbox.files.upload(source, "/tmp/large"))
        await finished(sandbox.files.download("/tmp/large", target))
        sys.stdout.write(str(peak() - before))
    finally:
        await finished(sandbox.destroy())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
