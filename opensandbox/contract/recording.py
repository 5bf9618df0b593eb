"""httpx transports that note every exchange, and leave none open for ever."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MOST_KEPT = 1 << 20
SHORT = 1 << 12
"""How much is kept of what is no text: enough to see that there is something where nothing should be."""

KEPT = ("application/json", "text/event-stream", "text/plain")


@dataclass
class Exchange:
    """A request and its answer. Bodies are `None` where they are too long, no text, or were not read to their end."""

    method: str
    url: str
    query: str
    asked: httpx.Headers
    sent: bytes | None
    status: int
    headers: httpx.Headers
    body: bytes | None = None
    complete: bool = False


class Note(Protocol):
    """Who is told: at the head of an answer, and when nothing more of it will come."""

    def answered(self, method: str, url: str, status: int) -> None:
        """Take note that there is an answer."""
        ...

    def ended(self, exchange: Exchange) -> None:
        """Take note of an exchange that is over."""
        ...


class Recorder(httpx.BaseTransport):
    """Passes requests to another transport. `patience` is how many seconds an answer may take where the caller sets no limit."""

    def __init__(self, inner: httpx.BaseTransport, note: Note, patience: float) -> None:
        self._inner = inner
        self._note = note
        self._patience = patience

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        _limit(request, self._patience)
        response = self._inner.handle_request(request)
        noting = _Noting(request, response, self._note, self._patience)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Stream(response.stream, noting)
        return response

    def end(self) -> None:
        """Close the other transport. `close` does not: several clients share this one."""
        self._inner.close()


class AsyncRecorder(httpx.AsyncBaseTransport):
    """The same for asyncio."""

    def __init__(self, inner: httpx.AsyncBaseTransport, note: Note, patience: float) -> None:
        self._inner = inner
        self._note = note
        self._patience = patience

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        _limit(request, self._patience)
        response = await self._inner.handle_async_request(request)
        noting = _Noting(request, response, self._note, self._patience)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _AsyncStream(response.stream, noting)
        return response

    async def end(self) -> None:
        """Close the other transport."""
        await self._inner.aclose()


def _limit(request: httpx.Request, patience: float) -> None:
    limits = request.extensions.get("timeout", {})
    given = {
        name: patience if limits.get(name) is None else limits[name]
        for name in ("connect", "read", "write", "pool")
    }
    request.extensions = {**request.extensions, "timeout": given}


@dataclass
class _Noting:
    """Keeps the body of an answer while it is read, and notes the exchange once, at its end."""

    request: httpx.Request
    response: httpx.Response
    note: Note
    patience: float
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _noted: bool = False
    _began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.note.answered(self.request.method, str(self.request.url), self.response.status_code)

    def piece(self, data: bytes) -> None:
        """Keep a piece; an answer that does not end in time is given up."""
        self._size += len(data)
        if self._size <= MOST_KEPT:
            self._pieces.append(data)
        if time.monotonic() - self._began > self.patience:
            raise httpx.ReadTimeout(
                f"the answer has not ended after {self.patience:g} s", request=self.request
            )

    def end(self, *, complete: bool) -> None:
        """Note the exchange, unless that was done."""
        if self._noted:
            return
        self._noted = True
        self.note.ended(
            Exchange(
                method=self.request.method,
                url=str(self.request.url),
                query=self.request.url.query.decode("ascii"),
                asked=self.request.headers,
                sent=_sent(self.request),
                status=self.response.status_code,
                headers=self.response.headers,
                body=self._body(complete),
                complete=complete,
            )
        )

    def _body(self, complete: bool) -> bytes | None:
        kind = self.response.headers.get("content-type", "")
        if not complete or self._size > (MOST_KEPT if kind.startswith(KEPT) else SHORT):
            return None
        raw = b"".join(self._pieces)
        with suppress(httpx.DecodingError):
            return httpx.Response(200, headers=self.response.headers, content=raw).content
        return raw


class _Stream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, noting: _Noting) -> None:
        self._inner = inner
        self._noting = noting

    def __iter__(self) -> Iterator[bytes]:
        for data in self._inner:
            self._noting.piece(data)
            yield data
        self._noting.end(complete=True)

    def close(self) -> None:
        self._inner.close()
        self._noting.end(complete=False)


class _AsyncStream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, noting: _Noting) -> None:
        self._inner = inner
        self._noting = noting

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._inner:
            self._noting.piece(data)
            yield data
        self._noting.end(complete=True)

    async def aclose(self) -> None:
        await self._inner.aclose()
        self._noting.end(complete=False)


def _sent(request: httpx.Request) -> bytes | None:
    if not {"content-length", "transfer-encoding"} & set(request.headers):
        return b""
    try:
        return request.content
    except httpx.RequestNotRead:
        return None  # a stream, which is read once, by whoever sends it
