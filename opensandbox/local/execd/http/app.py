"""The route table, and the daemon that the routes act on."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.http.errors import from_os_error, invalid
from opensandbox.local.execd.http.messages import Request, Response, json_response, text_response
from opensandbox.local.execd.run.environment import TOKEN_VARIABLE, Environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The file routes exist three times: as they are, under an identity, and inside an isolated session.
FILE_PREFIXES = (
    ("", "files"),
    ("/v1/filesystem/{uid}/{gid}", "identity_files"),
    ("/v1/isolated/session/{sessionId}", "isolated_files"),
)
FILE_ROUTES: str = """
    POST   /directories        make_directories
    DELETE /directories        remove_directories
    GET    /directories/list   list_directory
    DELETE /files              remove_files
    GET    /files/download     download
    GET    /files/info         info
    POST   /files/mv           move
    POST   /files/permissions  set_permissions
    POST   /files/replace      replace
    GET    /files/search       search
    POST   /files/upload       upload
"""
# method, path, module (imported on first use) and the method of its `Area`
ROUTES: str = """
    POST   /command                                         commands.run
    DELETE /command                                         commands.interrupt
    GET    /command/status/{id}                             commands.status
    GET    /command/{id}/logs                               commands.logs
    POST   /session                                         sessions.create
    DELETE /session/{sessionId}                             sessions.delete
    POST   /session/{sessionId}/run                         sessions.run
    POST   /code                                            code.run
    DELETE /code                                            code.interrupt
    POST   /code/context                                    code.create_context
    GET    /code/contexts                                   code.list_contexts
    DELETE /code/contexts                                   code.delete_contexts
    GET    /code/contexts/{context_id}                      code.get_context
    DELETE /code/contexts/{context_id}                      code.delete_context
    GET    /metrics                                         metrics.sample
    GET    /metrics/watch                                   metrics.watch
    GET    /v1/isolated/capabilities                        isolated.capabilities
    GET    /v1/isolated/sessions                            isolated.list
    POST   /v1/isolated/session                             isolated.create
    GET    /v1/isolated/session/{sessionId}                 isolated.get
    DELETE /v1/isolated/session/{sessionId}                 isolated.delete
    POST   /v1/isolated/session/{sessionId}/commit          isolated.unsupported
    GET    /v1/isolated/session/{sessionId}/diff            isolated.unsupported
    POST   /v1/isolated/session/{sessionId}/run             isolated.run
    GET    /v1/isolated/session/{sessionId}/runs/{runId}    isolated.run_status
    GET    /v1/isolated/session/{sessionId}/runs/{runId}/logs isolated.run_logs
    POST   /pty                                             pty.create
    GET    /pty/{sessionId}                                 pty.status
    DELETE /pty/{sessionId}                                 pty.delete
    GET    /pty/{sessionId}/ws                              pty.attach
"""

Key = tuple[str, int]  # method and number of path segments


class Daemon:
    """The state that outlives a request: environment, private directory, and the areas in use.

    `token`, when set, has to be sent with every request but the liveness probes.
    """

    def __init__(self, directory: Path, variables: Mapping[str, str]) -> None:
        self.directory = directory
        self.environment = Environment(variables, directory / "execd.env", os.getcwd())
        self._token = variables.get(TOKEN_VARIABLE, "").encode()
        self._areas: dict[str, Any] = {}
        self._routes = _compile_routes()

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == "/ping" and request.method == "GET":
            return Response()
        if request.path == "/ready" and request.method == "GET":
            return json_response({"initialized": True})
        if self._token and not self._has_token(request):
            return json_response({"error": "Unauthorized: access token missing or wrong"}, 401)
        handler = self._find(request)
        if handler is None:
            return text_response("404 page not found", 404)
        try:
            response: Response = await handler(request)
        except OSError as error:
            raise from_os_error(error) from error
        return response

    def area(self, name: str) -> Any:
        """Return the area of a module of this package, importing it on first use."""
        if name not in self._areas:
            self._areas[name] = import_module(f"opensandbox.local.execd.{name}").Area(self)
        return self._areas[name]

    async def interrupt_elsewhere(self, wanted: str) -> bool:
        """Interrupt the shell session or code context of this id; False when there is none."""
        for name in ("sessions", "code"):
            if name in self._areas and await self._areas[name].interrupt_by_id(wanted):
                return True
        return False

    def working_directory(self, given: object) -> str:
        """Return the directory a process starts in; 400 when it does not exist."""
        if given is None or given == "":
            return self.environment.directory
        if not isinstance(given, str):
            raise invalid(f"'cwd' is {given!r}, it has to be a text")
        try:
            path = self.environment.path_rules().resolve(given)
        except LookupError as error:
            raise invalid(f"'cwd' {given!r}: {error.args[0]}") from None
        if not os.path.isdir(path):
            raise invalid(f"'cwd' {given!r} is not a directory")
        return path

    def private_directory(self, name: str) -> Path:
        """Return a directory of the daemon's own for files of an area."""
        path = self.directory / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    async def close(self) -> None:
        """End everything the areas have running."""
        for area in list(self._areas.values()):
            if hasattr(area, "close"):
                await area.close()

    def _has_token(self, request: Request) -> bool:
        import hmac

        return hmac.compare_digest((request.header(b"x-execd-access-token") or "").encode(), self._token)

    def _find(self, request: Request) -> Any:
        segments = request.path.split("/")[1:]
        for template, target in self._routes.get((request.method, len(segments)), ()):
            params = _match(template, segments)
            if params is not None:
                request.params = params
                module, _, method = target.partition(".")
                return getattr(self.area(module), method)
        return None


def _compile_routes() -> dict[Key, list[tuple[list[str], str]]]:
    lines: list[list[str]] = [line.split() for line in ROUTES.split("\n") if line.strip()]
    for prefix, module in FILE_PREFIXES:
        for line in FILE_ROUTES.split("\n"):
            if line.strip():
                method, path, name = line.split()
                lines.append([method, prefix + path, f"{module}.{name}"])
    routes: dict[Key, list[tuple[list[str], str]]] = {}
    for method, path, target in lines:
        segments: list[str] = path.split("/")[1:]
        routes.setdefault((method, len(segments)), []).append((segments, target))
    return routes


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
