# Generated from opensandbox/_async/net/foreign.py by scripts/unasync.py. Do not edit.
"""Transports that callers bring: those of httpx as they are, those of httpx2 in a cover."""

from __future__ import annotations

import sys

import httpx


def of_httpx(transport: httpx.BaseTransport) -> httpx.BaseTransport:
    """Return a transport that takes requests of httpx, for one of httpx or httpx2."""
    httpx2 = sys.modules.get("httpx2")  # who brings a transport of it has imported it
    if (
        httpx2 is None
        or isinstance(transport, httpx.BaseTransport)
        or not isinstance(transport, httpx2.BaseTransport)
    ):
        return transport
    from opensandbox._sync.net.httpx2_transport import Httpx2Transport

    return Httpx2Transport(transport)
