"""WebSocket through the proxy: the handshake first reaches the sandbox, then messages go both ways."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidState, InvalidStatus, WebSocketException
from websockets.frames import CloseCode, Frame, Opcode
from websockets.uri import parse_uri

from opensandbox.local.errors import ApiError
from opensandbox.local.proxy import headers as proxy_headers
from opensandbox.local.proxy.gate import Refused
from opensandbox.local.proxy.http import inner_target

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send
    from websockets.http11 import Response as Refusal

    from opensandbox.local.proxy.address import Target
    from opensandbox.local.proxy.upstream import Upstream

_HANDSHAKE_TIMEOUT = 30.0
_LARGEST_MESSAGE = 16 * 1024 * 1024
# Close codes that only ever describe a lost connection and may not be sent.
_UNSENDABLE = frozenset((CloseCode.NO_STATUS_RCVD, CloseCode.ABNORMAL_CLOSURE, CloseCode.TLS_HANDSHAKE))
# Made anew for the inner connection.
_HANDSHAKE_HEADERS = frozenset(
    (
        b"host",
        b"sec-websocket-key",
        b"sec-websocket-version",
        b"sec-websocket-extensions",
        b"sec-websocket-protocol",
    )
)


async def forward(scope: Scope, receive: Receive, send: Send, upstream: Upstream, target: Target) -> None:
    """Carry one WebSocket connection into the sandbox; returns when either side has closed it.

    Raises `ApiError` when the sandbox cannot be reached, and `Refused` with its answer when it does not accept; nothing
    has been answered then.
    """
    try:
        async with asyncio.timeout(_HANDSHAKE_TIMEOUT):
            inner = await _connect(scope, upstream, target)
    except TimeoutError as error:
        raise ApiError(
            504, "BACKEND_TIMEOUT", f"port {target.port} did not answer the handshake in time"
        ) from error
    except InvalidStatus as error:
        raise Refused(_passed_on(error.response)) from error
    except (OSError, EOFError, WebSocketException) as error:
        raise ApiError(
            502, "BACKEND_CONNECTION_FAILED", f"no WebSocket on port {target.port} of this sandbox: {error}"
        ) from error
    try:
        await receive()  # the connect message, already acted upon
        await send({"type": "websocket.accept", "subprotocol": inner.protocol.subprotocol})
        pumps = [asyncio.create_task(inner.pump_in(receive)), asyncio.create_task(inner.pump_out(send))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
    finally:
        inner.writer.close()


class _Inner:
    """The connection into the sandbox: the WebSocket protocol over a dialled stream."""

    def __init__(
        self, protocol: ClientProtocol, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.protocol = protocol
        self.reader = reader
        self.writer = writer
        self._partial: list[bytes] = []
        self._opcode = Opcode.TEXT

    async def read(self) -> None:
        """Take in what has arrived, and answer pings."""
        data = b""
        with suppress(ConnectionError):  # lost is as good as ended
            data = await self.reader.read(65536)
        if data:
            self.protocol.receive_data(data)
        else:
            self.protocol.receive_eof()
        with suppress(ConnectionError):  # whoever says goodbye and leaves has still said it
            await self.flush()

    async def flush(self) -> None:
        """Send out what the protocol wants to say."""
        for data in self.protocol.data_to_send():
            if data:
                self.writer.write(data)
        await self.writer.drain()

    async def pump_in(self, receive: Receive) -> None:
        """Messages of the client, until it closes."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code") or CloseCode.GOING_AWAY
                self.protocol.send_close(
                    CloseCode.GOING_AWAY if code in _UNSENDABLE else code, message.get("reason") or ""
                )
                await self.flush()
                return
            # Where the sandbox has closed, `pump_out` is about to tell the client; until then its messages go nowhere.
            with suppress(ConnectionError, InvalidState):
                if message.get("text") is not None:
                    self.protocol.send_text(message["text"].encode())
                else:
                    self.protocol.send_binary(message["bytes"])
                await self.flush()

    async def pump_out(self, send: Send) -> None:
        """Messages of the sandbox, until it closes or is lost."""
        while True:
            for event in self.protocol.events_received():
                if isinstance(event, Frame) and (message := self._message(event)):
                    await send(message)
            if self.protocol.close_rcvd is not None or self.protocol.eof_sent or self.reader.at_eof():
                break
            await self.read()
        end = self.protocol.close_rcvd
        code = CloseCode.INTERNAL_ERROR if end is None else end.code
        if code in _UNSENDABLE:
            code = CloseCode.NORMAL_CLOSURE
        await send({"type": "websocket.close", "code": int(code), "reason": end.reason if end else ""})

    def _message(self, frame: Frame) -> Message | None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._opcode = frame.opcode
        elif frame.opcode is not Opcode.CONT:
            return None
        self._partial.append(bytes(frame.data))
        if not frame.fin:
            return None
        whole = b"".join(self._partial)
        self._partial.clear()
        if self._opcode is Opcode.TEXT:
            return {"type": "websocket.send", "text": whole.decode("utf-8", "replace")}
        return {"type": "websocket.send", "bytes": whole}


async def _connect(scope: Scope, upstream: Upstream, target: Target) -> _Inner:
    reader, writer = await upstream.dial()
    try:
        uri = parse_uri(f"ws://localhost:{target.port}" + inner_target(scope, target).decode("latin-1"))
        protocol = ClientProtocol(
            uri, subprotocols=scope.get("subprotocols") or None, max_size=_LARGEST_MESSAGE
        )
        request = protocol.connect()
        for name, value in _extra_headers(scope, target):
            request.headers[name] = value
        protocol.send_request(request)
        inner = _Inner(protocol, reader, writer)
        await inner.flush()
        while protocol.state.name == "CONNECTING" and protocol.handshake_exc is None:
            await inner.read()
        if protocol.handshake_exc is not None:
            raise protocol.handshake_exc
    except BaseException:
        writer.close()
        raise
    return inner


def _passed_on(refusal: Refusal) -> Response:
    kind = refusal.headers.get("Content-Type", "text/plain")
    return Response(bytes(refusal.body or b""), refusal.status_code, media_type=kind)


def _extra_headers(scope: Scope, target: Target) -> list[tuple[str, str]]:
    given: dict[bytes, Any] = dict(scope["headers"])
    inward = proxy_headers.for_sandbox(
        scope["headers"],
        target,
        client=scope["client"][0] if scope.get("client") else "",
        host=given.get(b"host", b"").decode("latin-1"),
        scheme="https" if scope["scheme"] == "wss" else "http",
    )
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in inward
        if name not in _HANDSHAKE_HEADERS
    ]
