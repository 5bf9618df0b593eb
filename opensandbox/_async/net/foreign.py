"""Transports that callers bring: those of httpx as they are, those of httpx2 in a cover."""

from __future__ import annotations

import sys

import httpx


def of_httpx(transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    """Return a transport that takes requests of httpx, for one of httpx or httpx2."""
    httpx2 = sys.modules.get("httpx2")  # who brings a transport of it has imported it
    if (
        httpx2 is None
        or isinstance(transport, httpx.AsyncBaseTransport)
        or not isinstance(transport, httpx2.AsyncBaseTransport)
    ):
        return transport
    from opensandbox._async.net.httpx2_transport import Httpx2Transport

    return Httpx2Transport(transport)
