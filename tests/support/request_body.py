"""Reads the body of a request, counted or in chunks, for servers of `http.server`."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler


def request_body(handler: BaseHTTPRequestHandler) -> bytes:
    """Read the whole body of the request that a handler serves."""
    if handler.headers.get("Transfer-Encoding") != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    pieces = []
    while size := int(handler.rfile.readline(), 16):
        pieces.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(pieces)
