"""The file and directory routes: they check the request, `file_operations` does the work."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, Protocol

from opensandbox.local.execd.files import operations as file_operations
from opensandbox.local.execd.http.errors import INVALID_REQUEST, ExecdError, invalid, runtime_error
from opensandbox.local.execd.http.messages import Request, Response, json_response

if TYPE_CHECKING:
    from opensandbox.local.execd.daemon import Daemon
    from opensandbox.local.execd.run.environment import PathRules

MAX_DEPTH = (1 << 31) - 1


class FileSystem(Protocol):
    """Where the operations run: in this process, under an identity, or inside an isolated session."""

    async def call(self, operation: str, *arguments: Any) -> Any:
        """Run a function of `file_operations` and return its result."""
        ...

    async def open(self, operation: str, *arguments: Any) -> int:
        """Run one that opens a file; the caller closes the descriptor."""
        ...


class OwnFileSystem:
    """Runs the operations in a thread of the daemon, with the rights of the daemon."""

    def __init__(self, rules: PathRules) -> None:
        self._rules = rules

    async def call(self, operation: str, *arguments: Any) -> Any:
        """Run a function of `file_operations` and return its result."""
        return await asyncio.to_thread(getattr(file_operations, operation), self._rules, *arguments)

    async def open(self, operation: str, *arguments: Any) -> int:
        """Run one that opens a file; the caller closes the descriptor."""
        work = asyncio.ensure_future(self.call(operation, *arguments))
        try:
            return int(await asyncio.shield(work))
        except asyncio.CancelledError:  # the thread goes on and its descriptor must not leak
            work.add_done_callback(_close_late)
            raise


class FileRoutes:
    """The routes; what runs them is decided per request by `file_system`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def file_system(self, request: Request) -> FileSystem:
        """Return what carries out the operations of this request."""
        return OwnFileSystem(self._daemon.environment.path_rules())

    async def make_directories(self, request: Request) -> Response:
        """POST /directories."""
        body = await request.json_object()
        # Go's clients write `null` for a directory of which they ask nothing.
        entries = self._permissions(
            {path: {} if wanted is None else wanted for path, wanted in body.items()}, default=755
        )
        await (await self.file_system(request)).call("make_directories", entries)
        return Response()

    async def remove_directories(self, request: Request) -> Response:
        """DELETE /directories."""
        await (await self.file_system(request)).call("remove_directories", request.queries("path"))
        return Response()

    async def list_directory(self, request: Request) -> Response:
        """GET /directories/list."""
        path = request.required_query("path")
        depth = request.natural_query("depth", 1, MAX_DEPTH)
        return json_response(await (await self.file_system(request)).call("list_directory", path, depth))

    async def remove_files(self, request: Request) -> Response:
        """DELETE /files."""
        await (await self.file_system(request)).call("remove_files", request.queries("path"))
        return Response()

    async def info(self, request: Request) -> Response:
        """GET /files/info."""
        return json_response(await (await self.file_system(request)).call("info", request.queries("path")))

    async def search(self, request: Request) -> Response:
        """GET /files/search."""
        path = request.required_query("path")
        pattern = request.query("pattern") or "**"
        return json_response(await (await self.file_system(request)).call("search", path, pattern))

    async def move(self, request: Request) -> Response:
        """POST /files/mv."""
        body = await request.json()
        if not isinstance(body, list):
            raise invalid("the body has to be a list of {src, dest}")
        items = [_texts(item, "src", "dest") for item in body]
        await (await self.file_system(request)).call("move", items)
        return Response()

    async def set_permissions(self, request: Request) -> Response:
        """POST /files/permissions."""
        entries = self._permissions(await request.json_object(), default=0)
        await (await self.file_system(request)).call("set_permissions", entries)
        return Response()

    async def replace(self, request: Request) -> Response:
        """POST /files/replace."""
        entries = {path: _texts(item, "old", "new") for path, item in (await request.json_object()).items()}
        for path, (old, _) in entries.items():
            if not old:
                raise invalid(f"'old' of {path} is empty")
        counts = await (await self.file_system(request)).call("replace", entries)
        if request.query("verbose") != "true":
            return Response()
        return json_response({path: {"replacedCount": count} for path, count in counts.items()})

    async def download(self, request: Request) -> Response:
        """GET /files/download."""
        from opensandbox.local.execd.files.download import answer_download

        return await answer_download(await self.file_system(request), request)

    async def upload(self, request: Request) -> Response:
        """POST /files/upload."""
        from opensandbox.local.execd.files.upload import receive_upload

        await receive_upload(await self.file_system(request), request, self.permission)
        return Response()

    def _permissions(self, body: dict[str, Any], default: int) -> dict[str, file_operations.Permission]:
        return {path: self.permission(value, path, default) for path, value in body.items()}

    def permission(
        self, value: Any, path: str, default: int = 0, code: str = INVALID_REQUEST
    ) -> file_operations.Permission:
        """Check mode, owner and group of a request; 400 with `code` when they make no sense."""
        if not isinstance(value, dict):
            raise ExecdError(400, code, f"the permission of {path} has to be an object")
        mode = default if value.get("mode") is None else value["mode"]
        names = {name: "" if value.get(name) is None else value[name] for name in ("owner", "group")}
        if not all(isinstance(name, str) for name in names.values()):
            raise ExecdError(400, code, f"'owner' and 'group' of {path} have to be texts")
        return {"mode": _mode_bits(mode, path, code), **names}


def _mode_bits(mode: Any, path: str, code: str) -> int | None:
    if (
        isinstance(mode, int)
        and not isinstance(mode, bool)
        and 0 <= mode <= 7777
        and not set("89") & set(str(mode))
    ):
        return int(str(mode), 8) or None
    raise ExecdError(
        400, code, f"'mode' of {path} is {mode!r}, it has to be octal digits as a number, such as 644 or 755"
    )


def _texts(item: Any, first: str, second: str) -> tuple[str, str]:
    if (
        not isinstance(item, dict)
        or not isinstance(item.get(first), str)
        or not isinstance(item.get(second), str)
    ):
        raise invalid(f"each entry has to be an object with the texts '{first}' and '{second}'")
    return item[first], item[second]


def _close_late(work: asyncio.Future[Any]) -> None:
    if not work.cancelled() and work.exception() is None:
        os.close(work.result())


def os_failure(error: OSError, path: str) -> ExecdError:
    """Translate a failure while content is written to `path`: never a missing path."""
    return runtime_error(f"{error.strerror or error}: {path}")
