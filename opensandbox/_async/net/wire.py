"""Connections that obey the watch of the exchange they serve: no read or write outlasts its call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpcore

from opensandbox._async.net.watch import CURRENT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from opensandbox._async.net.watch import Watch

READ_MOST: Final = 1 << 20
"""Bytes asked of the system at once while a large body comes in: several times faster than small reads."""


class WatchedStream(httpcore.AsyncNetworkStream):
    """A connection whose waits are bounded by the exchange that uses it."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._watch: Watch | None = None
        self._read_size = 0
        self._unread = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has arrived, for no longer than the exchange may last."""
        if self._unread:
            data, self._unread = self._unread[:max_bytes], self._unread[max_bytes:]
            return data
        watch = self._watch
        if watch is None:
            return await self._stream.read(max_bytes, timeout)
        size = max(max_bytes, self._read_size)
        data = await self._stream.read(size, watch.clip(timeout))
        if data:
            watch.received = True
        if len(data) == size:
            # As much as was asked for: more is waiting.
            self._read_size = min(4 * size, READ_MOST)
        return data

    def give_back(self, data: bytes) -> None:
        """Let the next reads begin with `data`, which was read too much."""
        self._unread = data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write everything, for no longer than the exchange may last."""
        if not buffer:
            return
        watch = self._watch = CURRENT.get() or self._watch
        if watch is not None:
            watch.sent = True
            timeout = watch.clip(timeout)
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> WatchedStream:
        """Return the same connection, encrypted; a failure closes it."""
        current = CURRENT.get()
        limit = timeout if current is None else current.clip(timeout)
        try:
            return WatchedStream(await self._stream.start_tls(ssl_context, server_hostname, limit))
        except BaseException:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows about itself."""
        return self._stream.get_extra_info(info)


class WatchedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections that obey the watch of the exchange they are opened for."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> WatchedStream:
        """Open a TCP connection."""
        return WatchedStream(
            await self._backend.connect_tcp(host, port, self._begin(timeout), local_address, socket_options)
        )

    @staticmethod
    def _begin(timeout: float | None) -> float | None:
        watch = CURRENT.get()
        if watch is None:
            return timeout
        watch.fresh = True
        return watch.clip(timeout)
