"""Who holds the server's doors without coming in."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect as websocket

from opensandbox.local import LocalServer, doors
from opensandbox.local.serving import _Server
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
LATE = b"HTTP/1.1 408"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers a request with its body when that is there, and each message of a WebSocket with itself."""
    body, message = b"", await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    while True:
        body += message["body"]
        if not message["more_body"]:
            break
        message = await receive()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """The server's HTTP on a port, with nothing behind."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _Server(echo, lambda: None)  # type: ignore[arg-type]
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await async_until(lambda: server.started)
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def opened(port: int, data: bytes = b"") -> Opened:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    return reader, writer


async def closed(connection: Opened) -> bytes:
    """What the server said last, when it has hung up."""
    reader, writer = connection
    try:
        return await asyncio.wait_for(reader.read(), 30)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_head_that_does_not_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "HEAD_TIMEOUT", 0.3)
    async with served() as port:
        silent, begun, dribbled = await opened(port), await opened(port, HALF), await opened(port, HALF)
        second = await opened(port, BODY + b"hi" + HALF)

        async def dribble() -> None:
            while not dribbled[0].at_eof():
                dribbled[1].write(b"X: y\r\n")
                await asyncio.sleep(0.01)

        dribbling = asyncio.create_task(dribble())
        assert await closed(silent) == b""
        assert (await closed(begun)).startswith(LATE)
        await closed(dribbled)  # what is written meanwhile may have the system forget what the server said
        said = await closed(second)
        assert said.startswith(b"HTTP/1.1 200")
        assert LATE in said
        dribbling.cancel()


async def test_what_came_in_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "HEAD_TIMEOUT", 1.0)
    async with served() as port:
        slow = await opened(port, BODY + b"h")
        async with websocket(f"ws://127.0.0.1:{port}/", proxy=None) as connection:
            # The limit has come for those who only stand in the door.
            assert await closed(await opened(port)) == b""
            await connection.send("hello")
            assert await connection.recv() == "hello"
        slow[1].write(b"i")
        assert (await slow[0].readuntil(b"\r\n\r\nhi")).startswith(b"HTTP/1.1 200")
        assert await closed(await opened(port)) == b""
        slow[1].write(BODY + b"ho")
        assert (await slow[0].readuntil(b"\r\n\r\nho")).startswith(b"HTTP/1.1 200"), (
            "an idle connection stays"
        )
        slow[1].close()


async def test_at_the_limit_whoever_waits_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "most_connections", lambda: 4)
    async with served() as port:
        waiting = [await opened(port, HALF) for _ in range(4)]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.post("/", content=b"in")).content == b"in"
            assert (await closed(waiting[0])).startswith(LATE)
            for _, writer in waiting[1:]:
                writer.write(b"\r\n")
            for reader, _ in waiting[1:]:
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            assert await closed(await opened(port, HALF)) == b"", "nobody waits who could make room"
        for _, writer in waiting[1:]:
            writer.close()


def test_half_of_the_descriptors_are_for_sandboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, most in ((1024, 512), (1 << 20, 4096), (resource.RLIM_INFINITY, 4096)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limit=limit: (limit, limit))
        assert doors.most_connections() == most


async def test_half_open_connections_do_not_hold_a_real_server(server: LocalServer) -> None:
    half = [await opened(server.port, HALF) for _ in range(100)]
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{server.url}/health")).status_code == 200
    assert {said[:12] for said in await asyncio.gather(*map(closed, half))} == {LATE}
