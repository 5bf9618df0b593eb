"""Real servers on this machine that stand for the internet: they remember what reached them."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from websockets.sync.server import serve

from tests.support.request_body import request_body


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None


@dataclass
class Upstream:
    """A server's port, what it saw, and how many connections it had."""

    port: int
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    def last(self) -> Seen:
        assert self.seen, "nothing reached the upstream"
        return self.seen[-1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    upstream: Upstream
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # handshakes and connections that tests break on purpose


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body[:10]) + gzip.compress(body[10:]),
    "deflate": zlib.compress,
    "br": bytes,  # nobody here reads it
}


class _Answers(BaseHTTPRequestHandler):
    """`/echo…` answers what came, or the range of it that is asked for, `/gzip`, `/deflate` and `/br` the same compressed whoever
    asks; `/to/URL` redirects there; `/stream/N` sends N pieces in chunks; else `hello`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.upstream.connections += 1

    def _answer(self) -> None:
        seen = Seen(self.command, self.path, list(self.headers.items()), request_body(self))
        self.server.upstream.seen.append(seen)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/stream/"):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number in range(int(self.path.removeprefix("/stream/"))):
                self.wfile.write(b"7\r\npiece%02d\r\n" % number)
            self.wfile.write(b"0\r\n\r\n")
        else:
            body, status, coding = b"hello", 200, self.path[1:]
            if self.path.startswith("/echo") or coding in CODINGS:
                shown = {"path": self.path, "headers": seen.headers, "body": seen.body.decode("latin-1")}
                body = json.dumps(shown).encode()
                if asked := re.fullmatch(r"bytes=(\d+)-(\d+)", seen.get("range") or ""):
                    body, status = body[int(asked[1]) : int(asked[2]) + 1], 206
            self.send_response(status)
            if coding in CODINGS:
                body = CODINGS[coding](body)
                self.send_header("Content-Encoding", coding)
            for name, value in seen.headers:
                if name.lower() == "authorization":
                    self.send_header("X-Echo", value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def http_upstream(context: ssl.SSLContext | None = None) -> Iterator[Upstream]:
    """An HTTP server on a free loopback port, with TLS when a context is given."""
    server = _Server(("127.0.0.1", 0), _Answers)
    server.upstream = Upstream(server.server_port)
    if context is not None:
        # The handshake belongs into the thread of the connection: the loop that accepts must not wait for it.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with _serving(server):
        yield server.upstream


@contextlib.contextmanager
def websocket_upstream(context: ssl.SSLContext | None = None) -> Iterator[Upstream]:
    """A WebSocket server that sends back what it gets, and its header `Authorization` to whoever says that name."""

    def answer(connection: Any) -> None:
        upstream.connections += 1
        headers = list(connection.request.headers.raw_items())
        upstream.seen.append(Seen("GET", connection.request.path, headers, b""))
        for message in connection:
            connection.send(connection.request.headers[message] if message == "Authorization" else message)

    with serve(answer, "127.0.0.1", 0, ssl=context) as server:
        upstream = Upstream(server.socket.getsockname()[1])
        with _serving(server):
            yield upstream


@contextlib.contextmanager
def _serving(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        if hasattr(server, "server_close"):
            server.server_close()


@dataclass
class Internet:
    """The names that exist, and where they lead. `web` and `api` speak TLS, `plain` does not, `forged` has a certificate
    of somebody else."""

    web: Upstream
    plain: Upstream
    forged: Upstream
    sockets: Upstream
    authority: Path

    @property
    def resolve(self) -> dict[str, str]:
        ports = {
            "web.example.com": self.web.port,
            "api.example.com": self.web.port,
            "deep.api.example.com": self.web.port,
            "plain.example.com": self.plain.port,
            "denied.example.org": self.plain.port,
            "secret.example.org": self.web.port,
            "forged.example.com": self.forged.port,
            "sockets.example.com": self.sockets.port,
        }
        return {name: f"127.0.0.1:{port}" for name, port in ports.items()}

    @property
    def requests(self) -> list[Seen]:
        return [seen for upstream in (self.web, self.plain, self.forged) for seen in upstream.seen]

    @property
    def connections(self) -> int:
        return sum(upstream.connections for upstream in (self.web, self.plain, self.forged, self.sockets))


@contextlib.contextmanager
def internet(directory: Path) -> Iterator[Internet]:
    """All of the servers; `authority` is a file below `directory`."""
    authority, stranger = trustme.CA(), trustme.CA()
    path = directory / "authority.pem"
    authority.cert_pem.write_to_path(path)
    trusted = authority.issue_cert("*.example.com", "deep.api.example.com", "secret.example.org")
    with (
        http_upstream(_context(trusted)) as web,
        http_upstream() as plain,
        http_upstream(_context(stranger.issue_cert("forged.example.com"))) as forged,
        websocket_upstream(_context(trusted)) as sockets,
    ):
        yield Internet(web, plain, forged, sockets, path)


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
