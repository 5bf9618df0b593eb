"""File operations in a process of their own: under another identity, or with another root.

The daemon starts `worker_process` per operation; both sides speak over a socket pair: a JSON request, a JSON answer,
and with the answer the descriptor of a file that the operation opened.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.http.errors import ExecdError, runtime_error
from opensandbox.local.execd.run.process import spawn
from opensandbox.local.execd.sandbox.process_name import command_line

if TYPE_CHECKING:
    from opensandbox.local.execd.run.environment import Identity, PathRules

MODULE = "opensandbox.local.execd.files.worker_process"


class WorkerFileSystem:
    """Runs the operations in a worker, which makes `root` its root directory and takes on `identity`.

    503 `FILESYSTEM_IDENTITY_UNAVAILABLE` when the daemon may not act under that identity.
    """

    def __init__(
        self, rules: PathRules, *, identity: Identity | None = None, root: str | None = None
    ) -> None:
        self._setup: dict[str, Any] = {
            "home": rules.home,
            "directory": rules.directory,
            "expand": rules.variables is not None,
            "root": root,
            "identity": identity and [identity.uid, identity.gid, identity.groups],
        }

    async def call(self, operation: str, *arguments: Any) -> Any:
        """Run a function of `file_operations` and return its result."""
        result, _ = await self._run(operation, arguments)
        return result

    async def open(self, operation: str, *arguments: Any) -> int:
        """Run one that opens a file; the caller closes the descriptor."""
        _, descriptors = await self._run(operation, arguments)
        return descriptors[0]

    async def _run(self, operation: str, arguments: tuple[Any, ...]) -> tuple[Any, list[int]]:
        near, far = socket.socketpair()
        with near:
            with far:
                process = spawn(
                    python_command(MODULE),
                    env={},
                    cwd="/",
                    stdin=far.fileno(),
                    stdout=sys.stderr.fileno(),
                    stderr=sys.stderr.fileno(),
                )
            request = json.dumps({**self._setup, "operation": operation, "arguments": arguments}).encode()
            try:
                content, descriptors = await asyncio.to_thread(_exchange, near, request)
                answer = json.loads(content)
            except (ConnectionError, ValueError):
                raise runtime_error("the file worker ended without an answer") from None
        await process.exited
        if "code" in answer:
            raise ExecdError(answer["status"], answer["code"], answer["message"])
        return answer["result"], descriptors


def python_command(module: str, function: str = "main") -> list[str]:
    """Return the command that runs a function of a module in the Python that runs the daemon, with the same packages.

    The beginning of the daemon's own command line is kept: its interpreter may have been started through a loader.
    """
    words = command_line()
    before = len(words) - len(sys.orig_argv)
    interpreter = words[: before + 1] if before else [sys.executable]
    code = f"import sys; sys.path[:] = {sys.path!r}; from {module} import {function}; sys.exit({function}())"
    return [*interpreter, "-I", "-S", "-B", "-c", code]


def _exchange(connection: socket.socket, request: bytes) -> tuple[bytes, list[int]]:
    connection.sendall(request)
    connection.shutdown(socket.SHUT_WR)
    content, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, 1)
    while more := connection.recv(1 << 20):
        content += more
    return content, descriptors
