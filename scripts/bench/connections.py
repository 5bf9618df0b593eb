"""What the second `create` of a process sets up again: TLS contexts, connections, and the time that takes.

A stand-in for a deployment answers over HTTPS just what `create` asks for.
"""

from __future__ import annotations

import json
import re
import ssl
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme

from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

ROUNDS = 5
SANDBOX = {
    "id": "00000000-0000-4000-8000-000000000001",
    "status": {"state": "Running"},
    "createdAt": "2026-01-01T00:00:00Z",
    "expiresAt": "2036-01-01T00:00:00Z",
    "entrypoint": ["tail", "-f", "/dev/null"],
}


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield what the second `create` adds to the first, in one process."""
    mine = _second_create(ours)
    theirs = None if published is None else _second_create(published)
    rows = (("TLS contexts", "", 0.0), ("connections", "", 0.0), ("time", "ms", None))
    for column, (what, unit, aim) in enumerate(rows):
        other = None if theirs is None else theirs[column]
        yield Figure(f"second create over https: {what}", unit, mine[column], other, aim)


def _second_create(subject: Subject) -> tuple[float, float, float]:
    rounds = []
    with tempfile.TemporaryDirectory() as directory, _deployment(Path(directory)) as server:
        authority = str(Path(directory) / "authority.pem")
        for _ in range(ROUNDS):
            counts = []
            for creations in (1, 2):
                server.connections = 0
                made = subject.run(
                    "create_over_https",
                    str(creations),
                    f"localhost:{server.server_port}",
                    SSL_CERT_FILE=authority,
                )
                counts.append((made["contexts"], server.connections))
            (contexts, connections), (contexts_of_two, connections_of_two) = counts
            rounds.append(
                (contexts_of_two - contexts, connections_of_two - connections, made["milliseconds"][1])
            )
    more_contexts, more_connections, milliseconds = (middle(column) for column in zip(*rounds, strict=True))
    return more_contexts, more_connections, milliseconds


class _Deployment(ThreadingHTTPServer):
    daemon_threads = True
    connections = 0


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Deployment
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet per answer

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(202, SANDBOX)

    def do_DELETE(self) -> None:
        self._answer(204, None)

    def do_GET(self) -> None:
        port = re.search(r"/endpoints/(\d+)", self.path)
        address = f"localhost:{self.server.server_port}"
        self._answer(200, {"endpoint": f"{address}/{port[1]}"} if port else {})

    def _answer(self, status: int, body: dict[str, Any] | None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def _deployment(directory: Path) -> Iterator[_Deployment]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(directory / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = _Deployment(("127.0.0.1", 0), _Answers)
    # The handshake belongs into the thread of the connection: the loop that accepts must not wait for it.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
