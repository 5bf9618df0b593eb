"""Connections on asyncio's transports keep the promises that httpcore expects of a network backend."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpcore
import pytest

from opensandbox._concurrency.asyncio_network import LARGE, AsyncioBackend, AsyncioStream
from tests.support.authorities import authority, server_context
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

MIB = 1 << 20
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Lend the port of a server that does `serve` with each connection, and closes it then."""
    serving = 0

    async def serve_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal serving
        serving += 1
        try:
            with suppress(ConnectionError):
                await serve(reader, writer)
        finally:
            writer.transport.abort()
            serving -= 1

    server = await asyncio.start_server(serve_and_close, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await async_until(lambda: serving == 0)


@asynccontextmanager
async def connected(
    serve: Serve, *, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[AsyncioStream]:
    """Lend a connection to such a server."""
    async with listening(serve, context) as port:
        stream = await AsyncioBackend().connect_tcp(host, port, 5)
        try:
            yield stream
        finally:
            await stream.aclose()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while await reader.read(MIB):
            pass


async def test_read_returns_what_has_come_and_nothing_at_the_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"0123456789")
        await writer.drain()

    async with connected(serve) as stream:
        pieces = []
        while piece := await stream.read(4, 5):
            pieces.append(piece)
        assert b"".join(pieces) == b"0123456789"
        assert max(map(len, pieces)) <= 4
        assert await stream.read(4, 5) == b""


async def test_large_reads_are_asked_of_the_system_at_once() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(32 * MIB))
        await writer.drain()

    async with connected(serve) as stream:
        sizes = []
        while piece := await stream.read(MIB, 5):
            sizes.append(len(piece))
            await asyncio.sleep(0.001)
    assert sum(sizes) == 32 * MIB
    assert max(sizes) > MIB // 4, "what asyncio asks for unless told otherwise"


async def test_wait_that_is_over_or_cancelled_loses_nothing() -> None:
    ask = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ask.wait()
        writer.write(b"late")
        await until_closed(reader, writer)

    async with connected(serve) as stream:
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(10, 0.01)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.read(10), 0.01)
        ask.set()
        assert await stream.read(10, 5) == b"late"


async def test_data_that_came_before_a_reset_is_read_and_the_reset_raised() -> None:
    sent = asyncio.Event()
    read = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"some")
        sent.set()
        await read.wait()
        reset(writer)

    async with connected(serve) as stream:
        await sent.wait()
        assert await stream.read(2, 5) == b"so"
        read.set()
        assert await stream.read(2, 5) == b"me"
        with pytest.raises(httpcore.ReadError, match="reset"):
            await stream.read(2, 5)
        with pytest.raises(httpcore.WriteError, match="reset"):
            await stream.write(b"more", 5)


async def test_write_that_nobody_takes_ends_in_time() -> None:
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async with connected(serve) as stream:
        with pytest.raises(httpcore.WriteTimeout):
            await stream.write(bytes(64 * MIB), 0.1)
        over.set()


async def test_reader_is_told_when_its_connection_is_closed_under_it() -> None:
    async with connected(until_closed) as stream:
        reading = asyncio.ensure_future(stream.read(10))
        await asyncio.sleep(0)
        await stream.aclose()
        with pytest.raises(httpcore.ReadError, match="closed here"):
            await reading
        with pytest.raises(httpcore.WriteError, match="closed here"):
            await stream.write(b"more")


async def test_slow_reader_holds_the_sender_up() -> None:
    sent = 0
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while not over.is_set():
            writer.write(bytes(MIB))
            sent += MIB
            with suppress(TimeoutError):
                await asyncio.wait_for(writer.drain(), 0.05)
            if writer.transport.get_write_buffer_size() > MIB:
                over.set()
        await until_closed(reader, writer)

    async with connected(serve) as stream:
        assert await stream.read(10, 5)
        await asyncio.wait_for(over.wait(), 5)
    assert sent < 64 * MIB, "no more than the buffers of the system hold"


async def test_server_that_only_stops_sending_still_gets_what_is_sent() -> None:
    got = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write_eof()
        got.set_result(await reader.readexactly(4))

    async with connected(serve) as stream:
        assert await stream.read(10, 5) == b""
        await stream.write(b"late", 5)
        assert await asyncio.wait_for(got, 5) == b"late"


async def test_idle_connection_tells_that_the_server_has_closed_it() -> None:
    close = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x")
        await close.wait()

    async with connected(serve) as stream:
        assert await stream.read(10, 5) == b"x"
        assert not stream.get_extra_info("is_readable")
        close.set()
        await async_until(lambda: stream.get_extra_info("is_readable"))


async def test_large_writes_give_others_their_turn() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with connected(until_closed) as stream:
        counting = asyncio.ensure_future(count())
        for _ in range(100):
            await stream.write(bytes(LARGE), 5)
        counting.cancel()
    assert turns >= 100


async def test_next_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    two_addresses(monkeypatch)
    async with connected(until_closed, host="box.example.com") as stream:
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"


def two_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every name an address at which nobody listens, and that of this machine."""

    def addresses(host: str, port: int, *_: object, **__: object) -> list[object]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, ("127.0.0.2", port)), (*kind, ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", addresses)


async def test_refusal_says_what_was_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with pytest.raises(httpcore.ConnectError, match="Connect call failed"):
        await AsyncioBackend().connect_tcp("127.0.0.1", port, 5)


async def test_connection_is_encrypted_and_its_end_seen() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(4 * MIB))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    trusting = ssl.create_default_context()
    authority().configure_trust(trusting)
    async with connected(serve, context=server_context()) as plain:
        stream = await plain.start_tls(trusting, "localhost", 5)
        assert stream.get_extra_info("ssl_object").version() == "TLSv1.3"
        content = bytes(range(256)) * (4 * MIB // 256)
        await stream.write(content, 5)
        got = bytearray()
        while piece := await stream.read(100_000, 5):
            got += piece
        assert got == content
        await stream.aclose()


async def test_failed_handshake_says_why() -> None:
    async with connected(until_closed, context=server_context()) as plain:
        with pytest.raises(httpcore.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await plain.start_tls(ssl.create_default_context(), "localhost", 5)


async def test_handshake_that_is_not_answered_ends_in_time() -> None:
    async with connected(until_closed) as plain:
        with pytest.raises(httpcore.ConnectTimeout):
            await plain.start_tls(ssl.create_default_context(), "localhost", 0.1)


async def test_search_for_an_address_outlasts_an_event_loop_that_cancels_its_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_addresses(monkeypatch)
    async with listening(until_closed) as port:
        connecting = asyncio.ensure_future(AsyncioBackend().connect_tcp("box.example.com", port, 5))
        before = asyncio.all_tasks()
        while not (tries := asyncio.all_tasks() - before):
            await asyncio.sleep(0)
        for attempt in tries:
            attempt.cancel()
        stream = await connecting
        await stream.aclose()
