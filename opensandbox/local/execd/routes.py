"""The route table: which method of which part of the daemon answers a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox.local.execd.files.routes import FileRoutes
    from opensandbox.local.execd.http.messages import Request, Response
    from opensandbox.local.execd.parts import Parts

    Handler = Callable[[Request], Awaitable[Response]]
    Find = Callable[[Parts], Handler]
    FindFile = Callable[[FileRoutes], Handler]

# A handler is looked up when its route is first asked for, since that loads the module that has it.
ROUTES: tuple[tuple[str, str, Find], ...] = (
    ("POST", "/command", lambda parts: parts.commands.run),
    ("DELETE", "/command", lambda parts: parts.commands.interrupt),
    ("GET", "/command/status/{id}", lambda parts: parts.commands.status),
    ("GET", "/command/{id}/logs", lambda parts: parts.commands.logs),
    ("POST", "/session", lambda parts: parts.sessions.create),
    ("DELETE", "/session/{sessionId}", lambda parts: parts.sessions.delete),
    ("POST", "/session/{sessionId}/run", lambda parts: parts.sessions.run),
    ("POST", "/code", lambda parts: parts.code.run),
    ("DELETE", "/code", lambda parts: parts.code.interrupt),
    ("POST", "/code/context", lambda parts: parts.code.create_context),
    ("GET", "/code/contexts", lambda parts: parts.code.list_contexts),
    ("DELETE", "/code/contexts", lambda parts: parts.code.delete_contexts),
    ("GET", "/code/contexts/{context_id}", lambda parts: parts.code.get_context),
    ("DELETE", "/code/contexts/{context_id}", lambda parts: parts.code.delete_context),
    ("GET", "/metrics", lambda parts: parts.metrics.sample),
    ("GET", "/metrics/watch", lambda parts: parts.metrics.watch),
    ("GET", "/v1/isolated/capabilities", lambda parts: parts.isolated.capabilities),
    ("GET", "/v1/isolated/sessions", lambda parts: parts.isolated.list),
    ("POST", "/v1/isolated/session", lambda parts: parts.isolated.create),
    ("GET", "/v1/isolated/session/{sessionId}", lambda parts: parts.isolated.get),
    ("DELETE", "/v1/isolated/session/{sessionId}", lambda parts: parts.isolated.delete),
    ("POST", "/v1/isolated/session/{sessionId}/commit", lambda parts: parts.isolated.unsupported),
    ("GET", "/v1/isolated/session/{sessionId}/diff", lambda parts: parts.isolated.unsupported),
    ("POST", "/v1/isolated/session/{sessionId}/run", lambda parts: parts.isolated.run),
    ("GET", "/v1/isolated/session/{sessionId}/runs/{runId}", lambda parts: parts.isolated.run_status),
    ("GET", "/v1/isolated/session/{sessionId}/runs/{runId}/logs", lambda parts: parts.isolated.run_logs),
    ("POST", "/pty", lambda parts: parts.terminals.create),
    ("GET", "/pty/{sessionId}", lambda parts: parts.terminals.status),
    ("DELETE", "/pty/{sessionId}", lambda parts: parts.terminals.delete),
    ("GET", "/pty/{sessionId}/ws", lambda parts: parts.terminals.attach),
)
FILE_ROUTES: tuple[tuple[str, str, FindFile], ...] = (
    ("POST", "/directories", lambda files: files.make_directories),
    ("DELETE", "/directories", lambda files: files.remove_directories),
    ("GET", "/directories/list", lambda files: files.list_directory),
    ("DELETE", "/files", lambda files: files.remove_files),
    ("GET", "/files/download", lambda files: files.download),
    ("GET", "/files/info", lambda files: files.info),
    ("POST", "/files/mv", lambda files: files.move),
    ("POST", "/files/permissions", lambda files: files.set_permissions),
    ("POST", "/files/replace", lambda files: files.replace),
    ("GET", "/files/search", lambda files: files.search),
    ("POST", "/files/upload", lambda files: files.upload),
)
# The file routes exist three times: as they are, under an identity, and inside an isolated session.
FILE_PREFIXES: tuple[tuple[str, Callable[[Parts], FileRoutes]], ...] = (
    ("", lambda parts: parts.files),
    ("/v1/filesystem/{uid}/{gid}", lambda parts: parts.identity_files),
    ("/v1/isolated/session/{sessionId}", lambda parts: parts.isolated_files),
)


class RouteTable:
    """Finds the handler of a request."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, int], list[tuple[list[str], Find]]] = {}
        for method, path, find in ROUTES:
            self._add(method, path, find)
        for prefix, files in FILE_PREFIXES:
            for method, path, find_file in FILE_ROUTES:
                self._add(method, prefix + path, _of_files(files, find_file))

    def _add(self, method: str, path: str, find: Find) -> None:
        segments: list[str] = path.split("/")[1:]
        self._routes.setdefault((method, len(segments)), []).append((segments, find))

    def find(self, request: Request) -> Find | None:
        """Return the route of a request, whose parameters are set then; None where there is none."""
        segments = request.path.split("/")[1:]
        for template, find in self._routes.get((request.method, len(segments)), ()):
            params = _match(template, segments)
            if params is not None:
                request.params = params
                return find
        return None


def _of_files(files: Callable[[Parts], FileRoutes], find: FindFile) -> Find:
    return lambda parts: find(files(parts))


def _match(template: list[str], segments: list[str]) -> dict[str, str] | None:
    params = {}
    for expected, segment in zip(template, segments, strict=True):
        if expected.startswith("{"):
            if not segment:
                return None
            params[expected[1:-1]] = _unquote(segment)
        elif expected != segment:
            return None
    return params


def _unquote(segment: str) -> str:
    if "%" not in segment:
        return segment
    from urllib.parse import unquote

    return unquote(segment)
