"""Who may reach which port of which sandbox, and the connections that lead there."""

from __future__ import annotations

import hmac
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse

from opensandbox.constants import DEFAULT_EGRESS_PORT, DEFAULT_EXECD_PORT
from opensandbox.local.errors import ApiError, invalid
from opensandbox.local.proxy.address import through_daemon
from opensandbox.local.proxy.headers import EXECD_TOKEN, SECURE_ACCESS
from opensandbox.local.proxy.upstream import Upstream, upstream_of
from opensandbox.local.record import FAILED, RUNNING, TERMINATED

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import Message, Receive

    from opensandbox.local.egress.sandbox import SandboxEgress
    from opensandbox.local.proxy.address import Signer, Target
    from opensandbox.local.record import SandboxRecord
    from opensandbox.local.registry import Registry

_OPEN_EXECD_PATHS = frozenset(("/ping", "/ready"))


class Refused(Exception):
    """A request that ends at the gate, with the answer to give."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Gate:
    """Lets requests through to the ports of sandboxes."""

    def __init__(self, registry: Registry, signer: Signer) -> None:
        self._registry = registry
        self._signer = signer

    def behind_daemon(self, target: Target, headers: Headers) -> Target:
        """The port that a daemon passes this request on to, for whoever may ask the daemon; the target itself for all others."""
        if target.port != DEFAULT_EXECD_PORT:
            return target
        try:
            inner = through_daemon(target)
        except ValueError as error:
            raise Refused(PlainTextResponse(str(error), 400)) from error
        if inner is None:
            return target
        self._check_access(self._registry.get(target.sandbox_id), target, headers)
        return inner

    async def admit(self, target: Target, headers: Headers) -> Upstream | SandboxEgress:
        """The way to the target, or its egress side for that port; an `ApiError` or `Refused` for whoever may not or cannot go there.

        A paused sandbox is woken first, where its policy says so.
        """
        record = self._registry.get(target.sandbox_id)
        check_port(target.port)
        self._check_access(record, target, headers)
        await self._registry.wake(record)
        record = self._registry.get(target.sandbox_id)  # it may have been deleted meanwhile
        if record.state in (FAILED, TERMINATED):
            raise ApiError(
                502, "BACKEND_CONNECTION_FAILED", f"sandbox {record.id} is {record.state}: {record.message}"
            )
        if record.state != RUNNING:
            raise ApiError(
                409,
                "DOCKER::SANDBOX_NOT_RUNNING",
                f"sandbox {record.id} is {record.state}; resume it before using it",
            )
        self._registry.used(record, renews=headers.get("opensandbox-access-renew") != "skip")
        if target.port == DEFAULT_EGRESS_PORT:
            return _egress(record)
        return upstream_of(record, target.port)

    def typed_into(self, receive: Receive, target: Target) -> Receive:
        """`receive` of a WebSocket, each message of which counts as use, and wakes what access wakes."""

        async def receive_and_wake() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                with suppress(
                    ApiError
                ):  # it is gone, or access does not wake it: then nobody reads the message
                    record = self._registry.get(target.sandbox_id)
                    await self._registry.wake(record)
                    self._registry.used(record)
            return message

        return receive_and_wake

    def _check_access(self, record: SandboxRecord, target: Target, headers: Headers) -> None:
        if target.signature is not None:
            if not self._signer.valid(target, time.time()):
                raise _no_secure_access(
                    "the signed address has expired or was altered; look the endpoint up again"
                )
        elif record.secure_token is not None and not same(headers.get(SECURE_ACCESS), record.secure_token):
            raise _no_secure_access(
                f"this sandbox demands the header {SECURE_ACCESS}; send the headers of the endpoint lookup"
            )
        if target.port != DEFAULT_EXECD_PORT or target.path in _OPEN_EXECD_PATHS:
            return
        if not same(headers.get(EXECD_TOKEN), record.execd_token):
            raise Refused(_execd_unauthorized())


def _egress(record: SandboxRecord) -> SandboxEgress:
    if record.template_id is not None or record.egress is None:
        raise ApiError(
            502,
            "BACKEND_CONNECTION_FAILED",
            "a sandbox that started from a template has no egress API of its own; use its networkpolicy routes",
        )
    return record.egress


def check_port(port: int) -> None:
    """400 unless `port` is a TCP port."""
    if not 1 <= port <= 65535:
        raise invalid(f"port {port} is not in the range 1 to 65535", "DOCKER::INVALID_PORT")


def same(given: str | None, expected: str) -> bool:
    """Whether a secret was given rightly, in a time that does not tell how far it was right."""
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())


def _no_secure_access(message: str) -> ApiError:
    return ApiError(401, "MISSING_OR_INVALID_SECURE_ACCESS", message)


def _execd_unauthorized() -> Response:
    # The daemon's own shape of a 401, which is not the envelope.
    message = f"Unauthorized: missing or wrong {EXECD_TOKEN}; send the headers of the endpoint lookup"
    return JSONResponse({"error": message}, status_code=401)
