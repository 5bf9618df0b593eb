"""One call of each kind: a read, a change, a stream, an upload, a download."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import NamedTuple

from opensandbox import Sandbox
from tests._async.attaching import BOX
from tests.support.deployment import CONTENT


class Operation(NamedTuple):
    """A call, the request that it makes, and what it brings when all is well."""

    call: Callable[[Sandbox], Awaitable[object]]
    route: str
    result: object

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        """The path of the request."""
        return self.route.split(" ")[1]


async def _info(sandbox: Sandbox) -> object:
    return (await sandbox.get_info()).id


async def _pause(sandbox: Sandbox) -> None:
    await sandbox.pause()


async def _run(sandbox: Sandbox) -> object:
    return (await sandbox.commands.run("make")).exit_code


async def _upload(sandbox: Sandbox) -> None:
    await sandbox.files.write_file("/file", b"content")


async def _upload_a_file(sandbox: Sandbox) -> None:
    await sandbox.files.write_file("/file", BytesIO(b"content" * 1000))


async def _download(sandbox: Sandbox) -> object:
    return await sandbox.files.read_bytes("/file")


GET = Operation(_info, f"GET /v1/sandboxes/{BOX}", BOX)
POST = Operation(_pause, f"POST /v1/sandboxes/{BOX}/pause", None)
STREAM = Operation(_run, f"POST /at/{BOX}/44772/command", 0)
UPLOAD = Operation(_upload, f"POST /at/{BOX}/44772/files/upload", None)
UPLOAD_OF_FILE = Operation(_upload_a_file, UPLOAD.route, None)
DOWNLOAD = Operation(_download, f"GET /at/{BOX}/44772/files/download", CONTENT)

OPERATIONS = {
    "get": GET,
    "post": POST,
    "stream": STREAM,
    "upload": UPLOAD,
    "upload of a file": UPLOAD_OF_FILE,
    "download": DOWNLOAD,
}
