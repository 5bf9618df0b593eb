"""The server's front: every request passes here, gets its request id, and goes to the API or into a sandbox."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.local.api.routes import API, OPEN, OPEN_PATHS, V1
from opensandbox.local.egress import api as egress_api
from opensandbox.local.egress.sandbox import SandboxEgress
from opensandbox.local.errors import ApiError, ShapeError
from opensandbox.local.manners.requests import Peeked
from opensandbox.local.proxy import address
from opensandbox.local.proxy.browsers import check_page, named_target, own_address
from opensandbox.local.proxy.gate import Gate, Refused, same
from opensandbox.local.proxy.headers import API_KEY
from opensandbox.local.proxy.http import forward as forward_http
from opensandbox.local.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import Message, Receive, Scope, Send

    from opensandbox.local.manners.real import RealManners
    from opensandbox.local.proxy.address import Target
    from opensandbox.local.proxy.upstream import Upstream
    from opensandbox.local.services import Services

logger = logging.getLogger("opensandbox.local")


class LocalApp:
    """The ASGI application. `on_request` is called for each request, before anything else."""

    def __init__(self, services: Services, *, on_request: Callable[[], None] = lambda: None) -> None:
        self._settings = services.settings
        self._registry = services.registry
        self._gate = Gate(services.registry, services.signer)
        self._manners: RealManners | None = None
        if services.settings.manners != "kind":
            from opensandbox.local.manners.real import RealManners

            self._manners = RealManners(services.registry, carry, older=services.settings.manners == "old")
        self._on_request = on_request
        self._api = Starlette(
            routes=[*OPEN, *V1, *API],
            exception_handlers={
                ApiError: self._api_error,
                HTTPException: _http_exception,
                Exception: lambda request, error: _internal_error(),
            },
        )
        self._api.router.redirect_slashes = False
        self._api.state.services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request or WebSocket connection."""
        self._on_request()
        headers = Headers(scope=scope)
        request_id = headers.get("x-request-id", "").strip() or str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        try:
            await self._dispatch(scope, receive, answer, headers)
        except ApiError as error:
            await answer.refuse(scope, receive, error.response())
        except Refused as refusal:
            await answer.refuse(scope, receive, refusal.response)
        except Exception:
            logger.exception("request %s failed", request_id)
            await answer.refuse(scope, receive, _internal_error())

    async def _dispatch(self, scope: Scope, receive: Receive, send: _Answer, headers: Headers) -> None:
        self._check_host(headers)
        target = self._target(scope, headers)
        if target is not None:
            if scope["type"] == "http" and (to := _elsewhere(scope, target, headers)):
                raise Refused(to)
            await self._pass_on(scope, receive, send, headers, target)
            return
        if scope["type"] != "http":
            raise ApiError(404, "GENERAL::UNKNOWN_ERROR", f"there is no WebSocket at {scope['path']}")
        if scope["path"] not in OPEN_PATHS:
            check_page(
                headers,
                f"{scope['scheme']}://{headers.get('host', '')}",
                keyed=bool(self._settings.api_key),
            )
            self._check_key(headers)
        await self._api(scope, receive, send)

    def _target(self, scope: Scope, headers: Headers) -> Target | None:
        path = scope.get("raw_path", b"").decode("latin-1")
        return named_target(_host_name(headers.get("host", "")), path) or address.parse(path)

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: _Answer, headers: Headers, target: Target
    ) -> None:
        if self._manners is not None:
            receive = Peeked(receive)
            if not await self._manners.awake(receive, target):
                return
        target = self._gate.behind_daemon(target, headers)
        way = await self._gate.admit(target, headers)
        if scope["type"] == "websocket":
            receive = self._gate.typed_into(receive, target)
        # The daemon begins with a message of its own. A proxy may have accepted long before the daemon does.
        send.begins_with_message = scope["type"] == "websocket" and target.port == DEFAULT_EXECD_PORT
        with self._registry.answering(target.sandbox_id) as send.on_start:
            if isinstance(way, SandboxEgress):
                if scope["type"] != "http":
                    raise ApiError(404, "GENERAL::UNKNOWN_ERROR", "there is no WebSocket in the egress API")
                await egress_api.serve(scope, receive, send, way, target.path)
            else:
                await (self._manners.carry if self._manners else carry)(scope, receive, send, way, target)

    def _api_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError), "registered for this class"
        if isinstance(error, ShapeError) and self._settings.manners != "kind":
            return error.as_real_servers_say_it()
        return error.response()

    def _check_host(self, headers: Headers) -> None:
        # A foreign page may point its own name at 127.0.0.1 to talk to us from a browser. Where others may connect
        # anyway, the API key, which such a page does not know, is mandatory.
        host = _host_name(headers.get("host", ""))
        if self._settings.loopback and not (host and is_loopback(host)):
            raise ApiError(
                403,
                "HOST_NOT_ALLOWED",
                f"this server answers to localhost and loopback addresses only, not to the host {host!r}",
            )

    def _check_key(self, headers: Headers) -> None:
        expected = self._settings.api_key
        if not expected:
            return
        given = headers.get(API_KEY)
        if not given:
            raise ApiError(
                401,
                "MISSING_API_KEY",
                f"send the API key of this server in the header {API_KEY}; opensandbox-local prints it when it starts, and keeps "
                "it in the file `key` of its state directory",
            )
        if not same(given, expected):
            raise ApiError(401, "INVALID_API_KEY", "the API key is not the one this server was started with")


async def carry(scope: Scope, receive: Receive, send: Send, upstream: Upstream, target: Target) -> None:
    """Carry one request or WebSocket into a sandbox."""
    if scope["type"] == "http":
        await forward_http(scope, receive, send, upstream, target)
    else:
        from opensandbox.local.proxy.websocket import forward as forward_websocket

        await forward_websocket(scope, receive, send, upstream, target)


class _Answer:
    """`send`, with the request id on every answer."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._header = (b"x-request-id", request_id.encode("latin-1", "replace"))
        self._started = False
        self.on_start: Callable[[], None] = lambda: None
        """Called when the answer begins."""
        self.begins_with_message = False
        """Whether that is the first message of a WebSocket, in place of its acceptance."""

    async def __call__(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start", "websocket.accept"):
            self._started = True
            if not self.begins_with_message:
                self.on_start()
            headers = message.setdefault("headers", [])
            if message["type"] == "websocket.http.response.start":
                # uvicorn adds the length itself; older ones do so whether it is there or not.
                headers[:] = [(name, value) for name, value in headers if name.lower() != b"content-length"]
            if all(name != b"x-request-id" for name, _ in headers):
                headers.append(self._header)
        elif message["type"] == "websocket.send" and self.begins_with_message:
            self.on_start()
        await self._send(message)

    async def refuse(self, scope: Scope, receive: Receive, response: Response) -> None:
        """Answer with an error, unless the answer has begun: then leaving it unfinished is what tells the client."""
        if not self._started:
            await response(scope, receive, self)


def _elsewhere(scope: Scope, target: Target, headers: Headers) -> Response | None:
    """The way for a browser to the page's own address."""
    to = own_address(target, scope["method"], headers, scope["query_string"].decode("latin-1"))
    # Not remembered: the next server here may have other sandboxes.
    return Response(status_code=307, headers={"location": to, "cache-control": "no-store"}) if to else None


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _http_exception(request: Request, error: Exception) -> Response:
    # What has no route is told by the framework, in its own shape; the clients of real servers know it.
    assert isinstance(error, HTTPException), "registered for this class"
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)


def _internal_error() -> Response:
    return ApiError(500, "SANDBOX::INTERNAL_ERROR", "the server failed; its log tells more").response()
