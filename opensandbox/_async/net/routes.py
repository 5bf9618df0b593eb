"""How connections are opened: straight, through a proxy that passes requests on, through a tunnel, or through SOCKS.

Whoever is opening a connection when it fails, or is cancelled, closes what is open by then.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

import httpcore
import httpx

from opensandbox._async.net.connection import Connection, Head, Timeouts

if TYPE_CHECKING:
    import ssl

    from opensandbox._async.net.wire import WatchedBackend, WatchedStream

NO_WAY_NOW = frozenset({502, 503, 504})
"""What a proxy says to CONNECT when it did not get through: another time it may."""

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Origin(NamedTuple):
    """What a connection leads to. `name` is the one that its certificate has to show."""

    host: str
    port: int
    name: str


def origin_of(url: httpx.URL, name: str | None) -> Origin:
    """Return the origin of an address; raises `httpx.UnsupportedProtocol`."""
    port = url.port or PORTS.get(url.scheme)
    if port is None or url.scheme not in PORTS:
        raise httpx.UnsupportedProtocol(f"Request URL has an unsupported protocol '{url.scheme}://'.")
    host = url.raw_host.decode("ascii")
    return Origin(host, port, name or host)


class Route:
    """Straight to the origin; `tls` is the context of encrypted connections."""

    def __init__(self, backend: WatchedBackend, tls: ssl.SSLContext | None) -> None:
        self._backend = backend
        self._tls = tls

    async def open(self, origin: Origin, timeout: float | None) -> WatchedStream:
        """Open a connection to `origin`; no step takes longer than `timeout` seconds."""
        stream = await self._backend.connect_tcp(origin.host, origin.port, timeout)
        return await encrypted(stream, self._tls, origin.name, timeout)

    def head(self, request: httpx.Request) -> Head:
        """Return what is sent before the body of a request."""
        return Head(request.method.encode(), request.url.raw_path, request.headers.raw)


class ForwardRoute(Route):
    """A proxy that passes plain requests on; its login goes with each of them."""

    def __init__(self, backend: WatchedBackend, proxy: httpx.Proxy, tls: ssl.SSLContext | None) -> None:
        super().__init__(backend, tls)
        self._proxy = origin_of(proxy.url, None)
        self._headers = headers_for(proxy)

    async def open(self, origin: Origin, timeout: float | None) -> WatchedStream:
        """Open a connection to the proxy."""
        return await super().open(self._proxy, timeout)

    def head(self, request: httpx.Request) -> Head:
        """Return what is sent before the body: with the whole address."""
        url = request.url
        target = b"%b://%b%b" % (url.raw_scheme, url.netloc, url.raw_path)
        own = {name.lower() for name, _ in request.headers.raw}
        added = [(name, value) for name, value in self._headers if name.lower() not in own]
        return Head(request.method.encode(), target, [*added, *request.headers.raw])


class TunnelRoute(Route):
    """A proxy that is asked for a tunnel (CONNECT); `proxy_tls` is for the way to the proxy, `tls` for the one through it."""

    def __init__(
        self,
        backend: WatchedBackend,
        proxy: httpx.Proxy,
        tls: ssl.SSLContext | None,
        proxy_tls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(backend, tls)
        self._way = Route(backend, proxy_tls)
        self._proxy = origin_of(proxy.url, None)
        self._headers = headers_for(proxy)

    async def open(self, origin: Origin, timeout: float | None) -> WatchedStream:
        """Open a tunnel through the proxy."""
        stream = await self._way.open(self._proxy, timeout)
        try:
            await self._tunnel(stream, origin, timeout)
        except BaseException:
            await stream.aclose()
            raise
        return await encrypted(stream, self._tls, origin.name, timeout)

    async def _tunnel(self, stream: WatchedStream, origin: Origin, timeout: float | None) -> None:
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        target = f"{host}:{origin.port}".encode()
        headers = [(b"Host", target), (b"Accept", b"*/*"), *self._headers]
        answer = await Connection(stream, self._proxy).send(
            Head(b"CONNECT", target, headers), httpx.ByteStream(b""), Timeouts(timeout, timeout)
        )
        if not 200 <= answer.status_code < 300:
            # No way was opened, so nothing was sent: it may be sent again where the proxy may get through by then.
            kind = httpcore.ConnectError if answer.status_code in NO_WAY_NOW else httpcore.ProxyError
            raise kind(
                f"the proxy said {answer.status_code} {bytes(answer.reason).decode('ascii', 'replace')}"
            )


class SocksRoute(Route):
    """A SOCKS5 proxy."""

    def __init__(self, backend: WatchedBackend, proxy: httpx.Proxy, tls: ssl.SSLContext | None) -> None:
        # Loaded when a proxy is chosen, so that a missing extra is told before a request is made.
        from opensandbox._core.net import socks

        super().__init__(backend, tls)
        self._socks = socks
        self._address = proxy.url.host, proxy.url.port or 1080
        self._login = proxy.raw_auth

    async def open(self, origin: Origin, timeout: float | None) -> WatchedStream:
        """Open a connection through the proxy."""
        stream = await self._backend.connect_tcp(*self._address, timeout)
        try:
            await self._ask(stream, origin, timeout)
        except BaseException:
            await stream.aclose()
            raise
        return await encrypted(stream, self._tls, origin.name, timeout)

    async def _ask(self, stream: WatchedStream, origin: Origin, timeout: float | None) -> None:
        greeting = self._socks.greeting(origin.host, origin.port, self._login)
        try:
            request = next(greeting)
            while True:
                await stream.write(request, timeout)
                data = await stream.read(1 << 10, timeout)
                if not data:
                    raise httpcore.ProxyError("the SOCKS proxy closed the connection")
                request = greeting.send(data)
        except StopIteration:
            return
        except self._socks.Refused as error:
            raise httpcore.ProxyError(str(error)) from error


async def encrypted(
    stream: WatchedStream, tls: ssl.SSLContext | None, name: str, timeout: float | None
) -> WatchedStream:
    """Return the stream, encrypted where there is a context for that; a failure closes it."""
    if tls is None:
        return stream
    tls.set_alpn_protocols(["http/1.1"])
    return await stream.start_tls(tls, name, timeout)


def headers_for(proxy: httpx.Proxy) -> list[tuple[bytes, bytes]]:
    """Return the headers that a proxy is sent."""
    headers = list(proxy.headers.raw)
    if proxy.raw_auth is not None:
        headers.insert(0, (b"Proxy-Authorization", b"Basic " + b64encode(b":".join(proxy.raw_auth))))
    return headers
