"""A proxy in front of a server that passes everything on, and changes what a test says: a server with one planted fault.

    with Meddler(server.url, server.api_key) as meddler:
        meddler.answers("GET /v1/sandboxes/*", lambda answer: answer.change_json(lambda body: body.pop("createdAt") and None))
        …

Streams are passed on as they come. Addresses of sandboxes in its answers lead through it as well.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx

from tests.support.request_body import request_body

HOP = {"connection", "content-length", "transfer-encoding", "keep-alive", "host"}


@dataclass
class Asked:
    """A request, before it is passed on."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def change_json(self, change: Callable[[Any], Any]) -> None:
        """Replace the body by what a function makes of it; one that returns `None` has changed it in place."""
        value = json.loads(self.body)
        changed = change(value)
        self.body = json.dumps(value if changed is None else changed).encode()


@dataclass
class Answer:
    """An answer, before it is passed back. `pieces` is its body, piece by piece."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] = field(default_factory=lambda: iter(()))
    asked: Asked | None = None

    def change(self, change: Callable[[bytes], bytes]) -> None:
        """Replace the body, once it is there."""
        self.pieces = iter([change(b"".join(self.pieces))])

    def change_json(self, change: Callable[[Any], Any]) -> None:
        """Replace a body of JSON; a function that returns `None` has changed it in place."""

        def changed(body: bytes) -> bytes:
            value = json.loads(body)
            result = change(value)
            return json.dumps(value if result is None else result).encode()

        self.change(changed)

    def change_events(self, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
        """Replace the events of a stream, once all of them are there."""

        def changed(body: bytes) -> bytes:
            events = [json.loads(line) for line in body.splitlines() if line.strip()]
            return b"".join(json.dumps(event).encode() + b"\n\n" for event in change(events))

        self.change(changed)


def said(status: int, body: Any, kind: str = "application/json") -> Answer:
    """Return an answer of our own."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"content-type": kind, "x-request-id": "meddled"}, iter([data]))


class Meddler(ThreadingHTTPServer):
    """See the module. Faults are planted for routes, in which `*` stands for one segment and `**` for any number."""

    daemon_threads = True

    def __init__(self, upstream: str, api_key: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.api_key = api_key
        self.client = httpx.Client(base_url=upstream, timeout=120, trust_env=False)
        self._faults: list[tuple[re.Pattern[str], str, Callable[[Any], Any]]] = []

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    def answers(self, route: str, change: Callable[[Answer], Any]) -> None:
        """Change the answers of a route."""
        self._faults.append((_pattern(route), "answer", change))

    def requests(self, route: str, change: Callable[[Asked], Answer | None]) -> None:
        """Change the requests of a route. A function that returns an answer has swallowed the request."""
        self._faults.append((_pattern(route), "request", change))

    def behave(self) -> None:
        """Take all faults away."""
        self._faults.clear()

    def faults(self, kind: str, asked: Asked) -> list[Callable[[Any], Any]]:
        """Return what was planted for a request."""
        line = f"{asked.method} {asked.target.partition('?')[0]}"
        return [
            change for pattern, of, change in list(self._faults) if of == kind and pattern.fullmatch(line)
        ]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that leave are part of the tests."""

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        self.client.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Meddler

    def _serve(self) -> None:
        body = request_body(self)
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in HOP}
        asked = Asked(self.command, self.path, headers, body)
        for change in self.server.faults("request", asked):
            if (answer := change(asked)) is not None:
                self._answer(answer)
                return
        request = self.server.client.build_request(
            asked.method,
            asked.target,
            headers={**asked.headers, "accept-encoding": "identity"},
            content=asked.body,
        )
        upstream = self.server.client.send(request, stream=True)
        try:
            answer = Answer(upstream.status_code, _headers(upstream), upstream.iter_raw(), asked)
            if "/endpoints/" in asked.target:
                here, there = self.server.address.encode(), self.server.upstream.split("//")[1].encode()
                answer.change(lambda body: body.replace(there, here))
            for change in self.server.faults("answer", asked):
                change(answer)
            self._answer(answer)
        finally:
            upstream.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _answer(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for piece in filter(None, answer.pieces):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return
        body = b"".join(answer.pieces)
        if answer.status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _headers(upstream: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in upstream.headers.items() if name not in HOP}


def _pattern(route: str) -> re.Pattern[str]:
    """Return the expression for a route; `**` in front of a path also covers the address of a sandbox."""
    pattern = re.escape(route).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\ ", " ")
    return re.compile(pattern)
