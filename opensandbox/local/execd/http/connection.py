"""HTTP/1.1 on asyncio: one `Connection` per client, h11 for the grammar.

Why not an ASGI server: importing uvicorn and Starlette takes about 200 ms of CPU on the machine this was measured on,
asyncio alone 80 ms and h11 20 ms more, and the daemon's start is on the path of every cold sandbox.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

import h11

from opensandbox.local.execd.http.errors import ExecdError, runtime_error
from opensandbox.local.execd.http.messages import Request, Response, error_response

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

Handler = Callable[[Request], Awaitable[Response]]

READ_AHEAD = 1 << 20
MAX_HEAD = 256 << 10


class Connection(asyncio.Protocol):
    """Serves the requests of one client one after the other, and cancels the running one when the client leaves."""

    def __init__(self, handle: Handler, open_connections: set[Connection]) -> None:
        self._handle = handle
        self._open = open_connections
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._bodiless = False
        self._unread = 0
        self._reading_paused = False
        self._receive_raw: Callable[[bytes], None] | None = None
        self._arrived: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._on_lost: Callable[[], None] | None = None
        self.transport: asyncio.Transport
        self._task: asyncio.Task[None]

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start serving."""
        self.transport = cast("asyncio.Transport", transport)
        self._open.add(self)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        """Pass bytes to h11; what nobody reads yet is bounded by READ_AHEAD."""
        if self._receive_raw is not None:
            self._receive_raw(data)
            return
        self._http.receive_data(data)
        self._unread += len(data)
        if self._unread > READ_AHEAD and not self._reading_paused:
            self._reading_paused = True
            self.transport.pause_reading()
        _resolve(self._arrived)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the handler: the client is gone, also when it only closed its sending side."""
        self._open.discard(self)
        _resolve(self._writable)
        if self._on_lost is None:
            self._task.cancel()
        else:
            self._on_lost()

    def pause_writing(self) -> None:
        """Hold back the handler until the client has read."""
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """Let the handler write again."""
        _resolve(self._writable)
        self._writable = None

    # the request cycle

    async def _serve(self) -> None:
        try:
            while True:
                event = await self._next_event()
                if not isinstance(event, h11.Request):
                    return
                await self._answer(event)
                if self._receive_raw is not None:
                    return
                async for _ in self.request_body():
                    pass  # an early answer reaches the client only when its body has been taken
                if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                    return
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await self._refuse(error)
        except (h11.LocalProtocolError, ConnectionError):
            self.transport.abort()
        finally:
            self.transport.close()

    async def _answer(self, head: h11.Request) -> None:
        path, _, query = head.target.decode("ascii").partition("?")
        # HEAD is answered as GET is, without the body.
        self._bodiless = head.method == b"HEAD"
        method = "GET" if self._bodiless else head.method.decode()
        request = Request(method, head.target, path, query, list(head.headers), self)
        try:
            response = await self._handle(request)
            if self._receive_raw is not None:
                return
            if isinstance(response.body, bytes):
                await self._send_whole(response, response.body)
            else:
                await self._send_pieces(response, response.body)
        except Exception as error:
            if self._http.our_state is not h11.SEND_RESPONSE:
                traceback.print_exc()
                self.transport.abort()
                return
            failure = error if isinstance(error, ExecdError) else _unexpected(error)
            refusal = error_response(failure)
            await self._send_whole(refusal, cast("bytes", refusal.body))

    async def _send_whole(self, response: Response, body: bytes) -> None:
        headers = response.headers
        if response.status not in (204, 304):
            headers = [*headers, ("Content-Length", str(len(body)))]
        data = h11.Data(b"" if self._bodiless else body)
        await self._write(
            h11.Response(status_code=response.status, headers=headers), data, h11.EndOfMessage()
        )

    async def _send_pieces(self, response: Response, body: AsyncIterator[bytes]) -> None:
        head = h11.Response(status_code=response.status, headers=response.headers)
        async with aclosing(cast("AsyncGenerator[bytes]", body)) as pieces:
            async for piece in pieces:
                if self._bodiless:
                    break
                if self._http.our_state is h11.SEND_RESPONSE:
                    await self._write(head, h11.Data(piece))
                else:
                    await self._write(h11.Data(piece))
        if self._http.our_state is h11.SEND_RESPONSE:
            await self._write(head)
        await self._write(h11.EndOfMessage())

    async def _refuse(self, error: h11.RemoteProtocolError) -> None:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = h11.Response(
                status_code=error.error_status_hint,
                headers=[("Content-Length", "0"), ("Connection", "close")],
            )
            await self._write(answer, h11.EndOfMessage())

    async def request_body(self) -> AsyncIterator[bytes]:
        """Iterate over the rest of the current request's body."""
        while self._http.their_state is h11.SEND_BODY:
            event = await self._next_event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return

    def take_over(self, receive: Callable[[bytes], None], lost: Callable[[], None]) -> bytes:
        """Stop speaking HTTP: from now on `receive` gets the raw bytes, and the handler writes to `transport`.

        The connection is closed when the handler returns; its response is ignored. When the client goes away `lost` is
        called, and the handler, which may still have to act on what came before, has to return. Returns what had been
        read already.
        """
        self._receive_raw = receive
        self._on_lost = lost
        return self._http.trailing_data[0]

    async def drained(self) -> None:
        """Wait until the client has taken enough of what was written for more to be welcome."""
        if self._writable is not None:
            await self._writable

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            self._unread = 0
            self._arrived = asyncio.get_running_loop().create_future()
            if self._reading_paused:
                self._reading_paused = False
                self.transport.resume_reading()
            await self._arrived
        return event

    async def _write(self, *events: h11.Event) -> None:
        data = b"".join(self._http.send(event) or b"" for event in events)
        if data:
            self.transport.write(data)
        await self.drained()

    def close(self) -> asyncio.Task[None]:
        """Cancel whatever runs and close; the returned task ends when that is done."""
        self._task.cancel()
        self.transport.close()
        return self._task


def _unexpected(error: Exception) -> ExecdError:
    traceback.print_exception(error)
    return runtime_error(f"{type(error).__name__}: {error}")


def _resolve(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
