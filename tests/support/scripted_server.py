"""A real HTTP server that plays scripted answers, also broken ones, from threads of its own: both twins can use it.

with ScriptedServer() as server:
    server.answer("POST /command", events_answer({"type": "init", "text": "ex-1", "timestamp": 1}, CUT))
    …
    assert server.requests[0].json == {"command": "ls"}
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, cast
from urllib.parse import urlsplit

from tests.support.request_body import request_body

PATIENCE = 10.0


class Step(Enum):
    """What an answer can do beside sending bytes."""

    CUT = "reset the connection"
    CLOSE = "close the connection without the end of the body"
    HOLD = "send nothing more until the server stops or `release` is called"


CUT, CLOSE, HOLD = Step.CUT, Step.CLOSE, Step.HOLD
Piece = bytes | Step | Callable[[], object]
"""A callable is called when its turn has come; it may wait for something."""


@dataclass(frozen=True)
class Answer:
    """One answer: the body is chunked, a piece a chunk. `before` is called, and may wait, before the head is sent."""

    pieces: tuple[Piece, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] | None = None


@dataclass(frozen=True)
class Request:
    """What arrived. `line` is method and path with query."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed; `None` without one."""
        return json.loads(self.body) if self.body else None


def json_answer(value: object, status: int = 200, **headers: str) -> Answer:
    """Return an answer with a JSON body."""
    return Answer((json.dumps(value).encode(),), status, {"Content-Type": "application/json", **headers})


def events_answer(*events: dict[str, Any] | Piece, encode: Callable[[str], str] = "{}\n\n".format) -> Answer:
    """Return an event stream; `encode` frames the JSON of an event."""
    pieces = (encode(json.dumps(event)).encode() if isinstance(event, dict) else event for event in events)
    return Answer(tuple(pieces), 200, {"Content-Type": "text/event-stream"})


class ScriptedServer:
    """Answers `METHOD /path` (without query) with what was scripted for it, in turn; the last answer stays."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: dict[str, list[Answer]] = {}
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), name="scripted-server"
        )

    @property
    def address(self) -> str:
        """Host and port."""
        return "{}:{}".format(*self._server.server_address[:2])

    def answer(self, route: str, *answers: Answer) -> None:
        """Script the answers of a route."""
        self._answers[route] = list(answers)

    def lines(self) -> list[str]:
        """Return what was asked, method and path with query."""
        return [request.line for request in self.requests]

    def release(self) -> None:
        """Let answers that hold go on."""
        self._released.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()

    def next_answer(self, route: str) -> Answer:
        """Take the next answer of a route."""
        answers = self._answers.get(route)
        if not answers:
            return json_answer({"code": "NO_ROUTE", "message": route}, 404)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def wait(self, seconds: float = PATIENCE) -> None:
        """Hold, until `release` is called."""
        self._released.wait(seconds)


class _Server(ThreadingHTTPServer):
    owner: ScriptedServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        owner = cast("_Server", self.server).owner
        body = request_body(self)
        owner.requests.append(Request(f"{self.command} {self.path}", dict(self.headers.items()), body))
        answer = owner.next_answer(f"{self.command} {urlsplit(self.path).path}")
        if answer.before is not None:
            answer.before()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in answer.pieces:
            if isinstance(piece, bytes):
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if piece else b"")
            elif piece is HOLD:
                owner.wait()
            elif isinstance(piece, Step):
                self._break(reset=piece is CUT)
                return
            else:
                piece()
        self.wfile.write(b"0\r\n\r\n")

    def _break(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
