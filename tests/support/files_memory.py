"""A program that moves a file through either twin and prints by how many bytes that raised its memory at the most.

python -m tests.support.files_memory _async|_sync ADDRESS read|stream|write|download LOCAL
"""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Awaitable
from importlib import import_module
from pathlib import Path
from typing import Any

from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.models.sandboxes import SandboxEndpoint

ROOT = Path(__file__).resolve().parents[2]


def used_by(twin: str, address: str, call: str, local: Path) -> int:
    """Run the program and return what it printed."""
    command = [sys.executable, "-m", "tests.support.files_memory", twin, address, call, str(local)]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'generated'}"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


async def main(twin: str, address: str, call: str, local: str) -> None:
    """Move a small file first, so that only the large one counts."""
    config = ConnectionConfig() if twin == "_async" else ConnectionConfigSync()
    http = import_module(f"opensandbox.{twin}.calls.http").Http(config)
    endpoint = SandboxEndpoint(endpoint=address)

    async def connection() -> Any:
        return http.sandbox(endpoint)

    service = import_module(f"opensandbox.{twin}.files.service").FilesService
    files = service(connection if twin == "_async" else lambda: http.sandbox(endpoint))
    small = Path(local).with_name("small")
    small.write_bytes(b"small")
    await move(files, call, "/small", str(small))
    before = peak()
    await move(files, call, "/large", local)
    sys.stdout.write(str(peak() - before))
    await finished(http.close())


async def move(files: Any, call: str, remote: str, local: str) -> None:
    """Make one call."""
    match call:
        case "read":
            assert await finished(files.read_bytes(remote))
        case "stream":
            pieces = await finished(files.read_bytes_stream(remote))
            assert sum(
                [len(piece) async for piece in pieces] if hasattr(pieces, "__aiter__") else map(len, pieces)
            )
        case "write":
            await finished(files.upload(local, remote))
        case "download":
            await finished(files.download(remote, local))


async def finished(value: Any) -> Any:
    """Return what a call of either twin returns."""
    if inspect.isawaitable(value):
        awaitable: Awaitable[Any] = value
        return await awaitable
    return value


def peak() -> int:
    """Return the most memory that this program ever had, in bytes."""
    # getrusage would go back to before the program was started: to the memory of the test run that forked.
    (line,) = [
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
