"""HTTP through the proxy: every request is checked for itself, gets its credential, and goes on to its host."""

from __future__ import annotations

import asyncio
import contextlib
import re
import select
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h11
from anyio.streams.tls import TLSStream

from opensandbox.local.egress import matching
from opensandbox.local.egress.answers import Plain, check_upgrade
from opensandbox.local.egress.binding import DEFAULT_PORTS
from opensandbox.local.egress.destination import Destination, parse
from opensandbox.local.egress.injection import Injection
from opensandbox.local.egress.mask import Mask
from opensandbox.local.egress.peer import LOST, Peer, refuse
from opensandbox.local.egress.refusal import Refusal, denied
from opensandbox.local.egress.sockets import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from anyio.abc import ByteStream

    from opensandbox.local.egress.injection import Headers
    from opensandbox.local.egress.sandbox import Link, SandboxEgress

# A body that has to be looked through for placeholders; a larger one passes as it is.
_MAX_REWRITTEN = 8 << 20
_TLS_TIMEOUT = 30.0
_UPGRADE = ((b"Connection", b"Upgrade"), (b"Upgrade", b"websocket"))
_ABSOLUTE = re.compile(r"(?i:http)://([^/?#]+)([/?].*)?")
_HOP_BY_HOP = frozenset(
    (
        b"connection", b"expect", b"host", b"http2-settings", b"keep-alive", b"proxy-authenticate",
        b"proxy-authorization", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requests go: a scheme and a destination."""

    scheme: str
    destination: Destination

    @property
    def host_header(self) -> bytes:
        """What `Host` has to say."""
        host, port = str(self.destination).rpartition(":")[::2]
        return (host if int(port) == DEFAULT_PORTS[self.scheme] else f"{host}:{port}").encode()


@dataclass
class _Upstream:
    origin: Origin
    link: Link
    peer: Peer
    used: bool = False

    def fit_for(self, origin: Origin) -> bool:
        """Whether it can be used again: whatever an idle server says can only be good-bye."""
        poller = select.poll()
        poller.register(self.link.stream.socket, select.POLLIN)
        return self.origin == origin and not poller.poll(0)


class Conversation:
    """The requests of one connection from inside. With `fixed` they are all for that origin, else each names its own."""

    def __init__(self, egress: SandboxEgress, client: Peer, fixed: Origin | None = None) -> None:
        self._egress = egress
        self._client = client
        self._fixed = fixed
        self._upstream: _Upstream | None = None
        self._resources = contextlib.AsyncExitStack()

    def use(self, link: Link) -> None:
        """Use a connection that is open already for the first request. Its owner closes it."""
        assert self._fixed is not None, "only where the origin is known"
        self._upstream = _Upstream(self._fixed, link, Peer(link.stream, h11.CLIENT))

    async def run(self) -> h11.Request | None:
        """Answer requests until the connection ends. Returns a request to CONNECT, which is not for here."""
        try:
            while isinstance(request := await self._client.next_request(), h11.Request):
                if request.method == b"CONNECT" and self._fixed is None:
                    return request
                await self._answer(request)
                if not self._client.next_cycle():
                    break
        except Refusal as refusal:
            self._egress.log(refusal.message)
            await refuse(self._client, refusal)
        except h11.RemoteProtocolError:
            await refuse(self._client, Refusal(400, "that is no HTTP/1.1"))
        finally:
            await self._drop_upstream()
        return None

    async def _answer(self, request: h11.Request) -> None:
        origin, target = self._read_target(request)
        self._egress.check(origin.destination)
        given = dict(request.headers)
        _check_framing(given, 400)
        has_body = b"transfer-encoding" in given or given.get(b"content-length", b"0") != b"0"
        headers = _end_to_end(request.headers.raw_items())
        if b"transfer-encoding" in given:
            headers = [*_without_framing(headers), (b"Transfer-Encoding", b"chunked")]
        prefix: list[bytes] = []
        injection = self._injection(origin, request.method, target)
        if injection is not None:
            if injection.changes_body and has_body and b"content-encoding" not in given:
                prefix, headers = await self._rewritten(injection, headers)
            target, headers = injection.target(target), injection.headers(headers)
        headers.insert(0, (b"Host", origin.host_header))
        if given.get(b"upgrade", b"").lower() == b"websocket":
            headers += _UPGRADE
        head = h11.Request(method=request.method, target=target, headers=headers)
        await self._exchange(origin, head, prefix, injection, repeatable=not has_body)

    async def _rewritten(self, injection: Injection, headers: Headers) -> tuple[list[bytes], Headers]:
        """What to send first of a body whose placeholders are replaced, and the headers that go with it."""
        pieces, size = [], 0
        async for piece in self._client.body():
            pieces.append(piece)
            if (size := size + len(piece)) > _MAX_REWRITTEN:
                return pieces, headers
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
        body = injection.body(b"".join(pieces), kind.decode("latin-1"))
        return [body], [*_without_framing(headers), (b"Content-Length", b"%d" % len(body))]

    def _read_target(self, request: h11.Request) -> tuple[Origin, bytes]:
        """Where a request goes and its path. The line, the tunnel and `Host` have to agree."""
        if request.http_version not in (b"1.0", b"1.1"):
            raise Refusal(400, "this proxy speaks HTTP/1.1")
        target = request.target.decode("latin-1")
        if self._fixed is not None:
            if not target.startswith("/") and target != "*":
                raise Refusal(400, "inside a tunnel a request names a path only")
            origin = self._fixed
        else:
            found = _ABSOLUTE.fullmatch(target)
            if not found:
                raise Refusal(
                    400, "this is a proxy: send http://host/path, or CONNECT host:port for anything else"
                )
            try:
                origin = Origin("http", parse(found[1], DEFAULT_PORTS["http"]))
            except ValueError as error:
                raise Refusal(400, str(error)) from None
            target = found[2] or "/"
            target = target if target.startswith("/") else f"/{target}"
        for name, value in request.headers:
            if name == b"host" and not _same_host(value, origin):
                raise denied(origin.destination, "the request has another name in its Host header")
        return origin, target.encode("latin-1")

    def _injection(self, origin: Origin, method: bytes, target: bytes) -> Injection | None:
        vault, place = self._egress.vault, origin.destination
        if vault is None or place.address is not None:
            return None
        path = target.partition(b"?")[0].decode("latin-1")
        binding = matching.find(vault, origin.scheme, place.host, place.port, method.decode("ascii"), path)
        return Injection.of(binding, vault) if binding else None

    # Towards the host

    async def _exchange(
        self,
        origin: Origin,
        head: h11.Request,
        prefix: list[bytes],
        injection: Injection | None,
        *,
        repeatable: bool,
    ) -> None:
        upstream = await self._reach(origin)
        try:
            await self._pass_on(upstream, head, prefix, injection)
        except _HostGone as gone:
            # A host may let a kept connection go at the very moment it is used again.
            if not (repeatable and upstream.used):
                raise Refusal(502, f"{origin.destination} {gone}") from None
            await self._drop_upstream()
            upstream = await self._reach(origin)
            try:
                await self._pass_on(upstream, head, prefix, injection)
            except _HostGone as gone_again:
                raise Refusal(502, f"{origin.destination} {gone_again}") from None
        upstream.used = True
        if not upstream.peer.next_cycle():
            await self._drop_upstream()

    async def _reach(self, origin: Origin) -> _Upstream:
        if self._upstream is not None and self._upstream.fit_for(origin):
            return self._upstream
        await self._drop_upstream()
        link = await self._resources.enter_async_context(self._egress.open(origin.destination, opaque=False))
        stream: ByteStream = link.stream
        if origin.scheme == "https":
            stream = await self._secure(link)
        self._upstream = _Upstream(origin, link, Peer(stream, h11.CLIENT))
        return self._upstream

    async def _secure(self, link: Link) -> ByteStream:
        context = await self._egress.gateway.upstream_context()
        host = link.destination.host
        try:
            async with asyncio.timeout(_TLS_TIMEOUT):
                return await TLSStream.wrap(
                    link.stream, hostname=host, ssl_context=context, standard_compatible=False
                )
        except (*LOST, TimeoutError) as error:
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or "no TLS"
            raise Refusal(502, f"{host} could not be verified: {reason}") from None

    async def _drop_upstream(self) -> None:
        self._upstream = None
        await self._resources.aclose()

    async def _pass_on(
        self, upstream: _Upstream, head: h11.Request, prefix: list[bytes], injection: Injection | None
    ) -> None:
        """One request to the host and its answer back. Raises _HostGone as long as nothing of an answer was passed on."""
        await _tell(upstream.peer, head)
        upload = asyncio.create_task(self._upload(upstream, prefix))
        try:
            await self._download(upstream, injection)
        finally:
            # An answer that comes early ends the request; the connection is not used again then.
            upload.cancel()
            await asyncio.wait([upload])
        if not upload.cancelled() and (error := upload.exception()):
            raise error

    async def _upload(self, upstream: _Upstream, prefix: list[bytes]) -> None:
        try:
            for piece in prefix:
                await _tell(upstream.peer, h11.Data(data=piece))
            if self._client.http.their_state is h11.SEND_BODY:
                async for piece in self._client.body():
                    await _tell(upstream.peer, h11.Data(data=piece))
            await _tell(upstream.peer, h11.EndOfMessage())
        except _HostGone:
            pass  # it may have answered before it left, and the other direction will see
        except (*LOST, h11.ProtocolError):
            # The program inside is gone: nobody waits for the answer.
            with contextlib.suppress(OSError):
                upstream.link.stream.socket.shutdown(socket.SHUT_RDWR)
            raise

    async def _download(self, upstream: _Upstream, injection: Injection | None) -> None:
        mask = injection.mask() if injection else Mask()
        while isinstance(answer := await _listen(upstream.peer), h11.InformationalResponse):
            if answer.status_code == 101:
                if injection:
                    check_upgrade(answer.headers.raw_items())
                upstream.link.lent = injection
                await self._switch(upstream, answer, mask)
                return
            if answer.status_code != 100:
                await self._client.send(_for_client(answer, mask))
        if not isinstance(answer, h11.Response):
            raise _HostGone("hung up without an answer")
        _check_framing(dict(answer.headers), 502)
        plain = Plain(answer.headers.raw_items()) if injection else None
        await self._client.send(_for_client(answer, mask, plain))
        # From here on only a connection that breaks tells the program that the answer did.
        async for piece in upstream.peer.body():
            for part in plain.feed(piece) if plain else (piece,):
                if shown := mask.feed(part):
                    await self._client.send(h11.Data(data=shown))
        rest = mask.end()
        await self._client.send(*([h11.Data(data=rest)] if rest else []), h11.EndOfMessage())

    async def _switch(self, upstream: _Upstream, answer: h11.InformationalResponse, mask: Mask) -> None:
        """Pass a WebSocket through, until either side ends it."""
        await self._client.send(_for_client(answer, mask, None, *_UPGRADE))
        pumps = [
            asyncio.create_task(_pump(self._client, upstream.peer, Mask())),
            asyncio.create_task(_pump(upstream.peer, self._client, mask)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


class _HostGone(Exception):
    """The host ended the connection, or said what is no answer, before one had begun."""


async def _tell(host: Peer, event: h11.Event) -> None:
    try:
        await host.send(event)
    except LOST:
        raise _HostGone("broke the connection off") from None


async def _listen(host: Peer) -> object:
    try:
        return await host.next_event()
    except LOST:
        raise _HostGone("broke the connection off") from None
    except h11.RemoteProtocolError:
        raise _HostGone("does not answer in HTTP/1.1") from None


async def _pump(source: Peer, target: Peer, mask: Mask) -> None:
    if read_already := source.http.trailing_data[0]:
        await target.stream.send(mask.feed(bytes(read_already)))
    while True:
        if shown := mask.feed(await source.stream.receive(PIECE)):
            await target.stream.send(shown)


def _for_client(
    answer: h11.Response | h11.InformationalResponse,
    mask: Mask,
    plain: Plain | None = None,
    *more: tuple[bytes, bytes],
) -> h11.Event:
    passed = _end_to_end(answer.headers.raw_items())
    headers = [
        (mask.whole(name), mask.whole(value)) for name, value in (plain.headers(passed) if plain else passed)
    ]
    return type(answer)(
        status_code=answer.status_code, headers=[*headers, *more], reason=mask.whole(answer.reason)
    )


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    headers = list(headers)
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.split(b",")
    } - {b"content-length"}
    return [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP | named]


def _check_framing(headers: Mapping[bytes, bytes], status: int) -> None:
    # Whoever goes by the other one finds another message in the body.
    if b"content-length" in headers and b"transfer-encoding" in headers:
        raise Refusal(status, "a message has both a Content-Length and a Transfer-Encoding")


def _without_framing(headers: Headers) -> Headers:
    return [item for item in headers if item[0].lower() not in (b"content-length", b"transfer-encoding")]


def _same_host(value: bytes, origin: Origin) -> bool:
    try:
        return parse(value.decode("ascii"), DEFAULT_PORTS[origin.scheme]) == origin.destination
    except ValueError:
        return False
