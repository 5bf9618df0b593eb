"""The daemon that the routes act on: what outlives a request."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opensandbox.local.execd.http.errors import from_os_error, invalid
from opensandbox.local.execd.http.messages import Request, Response, json_response, text_response
from opensandbox.local.execd.parts import Closable, Interruptible, Parts
from opensandbox.local.execd.routes import RouteTable
from opensandbox.local.execd.run.environment import TOKEN_VARIABLE, Environment
from opensandbox.local.execd.run.growing import GrowingFiles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Daemon:
    """The state that outlives a request: environment, private directory, and the parts in use.

    `token`, when set, has to be sent with every request but the liveness probes.
    """

    def __init__(self, directory: Path, variables: Mapping[str, str]) -> None:
        self.directory = directory
        self.environment = Environment(variables, directory / "execd.env", os.getcwd())
        self._token = variables.get(TOKEN_VARIABLE, "").encode()
        self.outputs = GrowingFiles()
        self.parts = Parts(self)
        self._routes = RouteTable()

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == "/ping" and request.method == "GET":
            return Response()
        if request.path == "/ready" and request.method == "GET":
            return json_response({"initialized": True})
        if self._token and not self._has_token(request):
            return json_response({"error": "Unauthorized: access token missing or wrong"}, 401)
        route = self._routes.find(request)
        if route is None:
            return text_response("404 page not found", 404)
        try:
            return await route(self.parts)(request)
        except OSError as error:
            raise from_os_error(error) from error

    async def interrupt_elsewhere(self, wanted: str) -> bool:
        """Interrupt the shell session or code context of this id; False when there is none."""
        for part in self.parts.used():
            if isinstance(part, Interruptible) and await part.interrupt_by_id(wanted):
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
        """Return a directory of the daemon's own for files of a part."""
        path = self.directory / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    async def close(self) -> None:
        """End everything the parts have running."""
        for part in self.parts.used():
            if isinstance(part, Closable):
                await part.close()
        await self.outputs.close()

    def _has_token(self, request: Request) -> bool:
        import hmac

        return hmac.compare_digest((request.header(b"x-execd-access-token") or "").encode(), self._token)
