"""A server that has trouble: the real one, behind a front that answers some creations by itself.

    with trouble(503, 503) as front:
        # The first two creations sent to `front.domain` are answered with 503, the third is passed on.
        …
        front.creations  # how many came
    with trouble(LOST) as front:
        # The connection of the first creation is closed without an answer, and nothing is made.
        …
    with trouble(late=2.0) as front:
        # The answer to the first creation comes two seconds late; the sandbox is made.
        …

Everything else is passed on. A sandbox's own addresses lead past the front, so only small JSON bodies travel through it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from recording import DOMAIN

REFUSAL = b'{"code": "SERVER_BUSY", "message": "no room for another sandbox"}'
LOST = 0
"""In place of a status: the connection is closed without an answer."""
HOP_BY_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})


class Front(ThreadingHTTPServer):
    """Answers creations with `statuses`, one each, and passes on all that comes after them, the first answer `late` seconds late."""

    daemon_threads = True

    def __init__(self, statuses: list[int], late: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = statuses
        self.late = late
        self.creations = 0

    @property
    def domain(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that give up are what some cases are about."""


@contextlib.contextmanager
def trouble(*statuses: int, late: float = 0) -> Iterator[Front]:
    """Run a front for as long as the block lasts."""
    front = Front(list(statuses), late)
    thread = threading.Thread(target=front.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield front
    finally:
        front.shutdown()
        thread.join()
        front.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        front = cast("Front", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        creation = self.command == "POST" and self.path.endswith("/sandboxes")
        if creation:
            front.creations += 1
            if front.statuses and front.statuses[0] == LOST:
                front.statuses.pop(0)
                self.close_connection = True
                return
            if front.statuses:
                self._answer(
                    front.statuses.pop(0), {"Content-Type": "application/json", "Retry-After": "1"}, REFUSAL
                )
                return
        connection = HTTPConnection(DOMAIN, timeout=60)
        try:
            connection.request(self.command, self.path, body or None, _end_to_end(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
            if creation and front.creations == 1:
                time.sleep(front.late)
            self._answer(answer.status, _end_to_end(answer.getheaders()), content)
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _end_to_end(headers: list[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in HOP_BY_HOP}
