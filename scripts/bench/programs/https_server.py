"""Answer `/N` with N bytes over HTTPS, on a free port that is printed first."""

from __future__ import annotations

import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECE = b"\0" * (1 << 20)


class Answers(BaseHTTPRequestHandler):
    """As many bytes as the path says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body of a small answer in one packet

    def do_GET(self) -> None:
        """Answer."""
        left = int(self.path[1:])
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        while left:
            left -= self.wfile.write(PIECE[:left])

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_port, flush=True)
server.serve_forever()
