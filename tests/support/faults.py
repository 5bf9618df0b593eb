"""A server that misbehaves on command: raw bytes on real sockets, from an event loop in a thread of its own.

    with FaultServer() as server:
        server.script("GET /v1/sandboxes/*", [answer(503)], [head(200, content_length=9), b'{"id"', RST])
        …
        assert [request.line for request in server.requests] == […]

A script is what happens once a request has been read, step by step: bytes are sent as they are, and the steps below do
the rest. Scripts of a route are used up one request after the other; then `app` answers, which tests can set.
In a route `*` stands for one segment and `**` for any number.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from tests.support.loop_server import LoopServer


class Act(Enum):
    """What a script can do beside sending bytes."""

    APP = "do what the request asks for, and answer it"
    WORK = "do what the request asks for, and send nothing"
    FIN = "end the connection properly, whatever was announced"
    RST = "reset the connection"
    HOLD = "say nothing more until the client goes away or the server stops"
    BEFORE_BODY = "as the first step: play before the body of the request was read"
    FIN_ON_NEXT = "keep the connection, and end it with the first byte of the next request"
    RST_ON_NEXT = "keep the connection, and reset it with the first byte of the next request"


APP, WORK, FIN, RST, HOLD = Act.APP, Act.WORK, Act.FIN, Act.RST, Act.HOLD
BEFORE_BODY, FIN_ON_NEXT, RST_ON_NEXT = Act.BEFORE_BODY, Act.FIN_ON_NEXT, Act.RST_ON_NEXT


@dataclass(frozen=True)
class Drip:
    """Bytes that are sent one by one, `every` so many seconds."""

    data: bytes
    every: float = 0.0


class Gate:
    """A step at which the script waits for the test, and the test can see that it has been reached.

    A `deaf` one does not read what the client sends meanwhile, so that the buffers between the two fill up.
    """

    def __init__(self, *, deaf: bool = False) -> None:
        self.reached = False
        self.deaf = deaf
        self._open = False
        self._lock = threading.Lock()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def open(self) -> None:
        """Let everybody pass, from now on."""
        with self._lock:
            self._open = True
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    async def wait(self) -> None:
        """Wait in the server's event loop."""
        event = asyncio.Event()
        with self._lock:
            self.reached = True
            if self._open:
                return
            self._waiting.append((asyncio.get_running_loop(), event))
        await event.wait()


Step: TypeAlias = bytes | Act | Drip | Gate
Script: TypeAlias = Sequence[Step]


@dataclass(frozen=True)
class Request:
    """What arrived: the target is as it was on the wire, header names are in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = field(repr=False)
    connection: int
    """The how-manieth connection it came on."""

    @property
    def path(self) -> str:
        """The target without query."""
        return self.target.partition("?")[0]

    @property
    def line(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


def head(status: int, /, **headers: object) -> bytes:
    """Return the head of an answer; underscores in names of headers become hyphens."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""]).encode("latin-1")


def answer(status: int, body: object = b"", /, **headers: object) -> bytes:
    """Return a complete answer; what is not bytes is sent as JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers = {"content_type": "application/json", **headers}
    length = {} if status == 204 else {"content_length": len(body)}
    return head(status, **headers, **length) + body


def chunk(data: bytes) -> bytes:
    """Return a chunk of a chunked body; the empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class FaultServer(LoopServer):
    """See the module. `requests` is what arrived; `open` is how many connections clients hold on to."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.requests: list[Request] = []
        self.connections = 0
        self.open = 0
        self.app: Callable[[Request], bytes] = lambda request: answer(
            404, {"code": "NO_ROUTE", "message": ""}
        )
        self._scripts: list[tuple[re.Pattern[str], list[Script], bool]] = []
        self._lock = threading.Lock()

    def script(self, route: str, *scripts: Script) -> None:
        """Say what the next requests of a route get, a script each. Later calls come first."""
        self._add(route, list(scripts), stays=False)

    def always(self, route: str, script: Script) -> None:
        """Say what every request of a route gets from now on."""
        self._add(route, [script], stays=True)

    def lines(self) -> list[str]:
        """Return what was asked, method and path."""
        return [request.line for request in self.requests]

    def _add(self, route: str, scripts: list[Script], *, stays: bool) -> None:
        pattern = re.escape(route).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\ ", " ")
        with self._lock:
            self._scripts.insert(0, (re.compile(pattern), scripts, stays))

    def _next(self, line: str) -> Script:
        with self._lock:
            for pattern, scripts, stays in self._scripts:
                if scripts and pattern.fullmatch(line):
                    return scripts[0] if stays else scripts.pop(0)
        return [APP]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        number = self.connections
        try:
            while await self._exchange(reader, writer, number):
                pass
        except (OSError, asyncio.IncompleteReadError):  # a lost connection has errors of many names
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self.open -= 1
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        """Read a request and play its script; return whether there may be another one."""
        first = await reader.readexactly(1)
        if not first.isalpha():
            writer.write(answer(400))  # as servers do when they are greeted in TLS
            return False
        start, *lines = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        method, target, _ = start.split(" ")
        if "://" in target:
            target = "/" + target.split("/", 3)[3]  # the form in which proxies get it
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
        }
        steps = list(self._next(f"{method} {target.partition('?')[0]}"))
        early = bool(steps) and steps[0] is BEFORE_BODY
        body = b"" if early else await _body(reader, headers)
        request = Request(method, target, headers, body, number)
        self.requests.append(request)
        for step in steps[1:] if early else steps:
            if not await self._take(step, request, reader, writer):
                return False
        if early:
            await _body(reader, headers)
        return True

    async def _take(
        self, step: Step, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        match step:
            case bytes():
                writer.write(step)
                await writer.drain()
            case Drip(data, every):
                for index in range(len(data)):
                    writer.write(data[index : index + 1])
                    await writer.drain()
                    await asyncio.sleep(every)
            case Gate():
                if not step.deaf:
                    return await _first_of(step.wait(), _end(reader))
                await step.wait()
            case Act.APP | Act.WORK:
                content = self.app(request)
                if step is APP:
                    writer.write(content)
                    await writer.drain()
            case Act.HOLD:
                await _end(reader)
                return False
            case Act.FIN:
                await _finish(reader, writer)
                return False
            case Act.RST:
                _reset(writer)
                return False
            case Act.FIN_ON_NEXT | Act.RST_ON_NEXT:
                if await reader.read(1):
                    if step is RST_ON_NEXT:
                        _reset(writer)
                    else:
                        await _finish(reader, writer)
                return False
        return True


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    pieces = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        pieces.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(pieces)


async def _end(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass


async def _first_of(wanted: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None]) -> bool:
    tasks = [asyncio.create_task(wanted), asyncio.create_task(other)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].done()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _finish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # Only this side: a client that does not close its own keeps counting as open.
    if writer.can_write_eof():
        writer.write_eof()
        await _end(reader)
    else:
        writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
