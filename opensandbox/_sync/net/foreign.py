# Generated from opensandbox/_async/net/foreign.py by scripts/unasync.py. Do not edit.
"""Transports that callers pass: those of httpx are used as they are, those of httpx2 through an adapter."""

from __future__ import annotations

import sys
from typing import Any, Protocol, cast

import httpx


class HttpxTransport(Protocol):
    """A transport of httpx or of httpx2, which need not be installed: both have these methods, with classes of their own."""

    def handle_request(self, request: Any, /) -> Any:
        """Send a request, and return the response with its body unread."""

    def close(self) -> None:
        """Close its connections."""


def of_httpx(transport: HttpxTransport) -> httpx.BaseTransport:
    """Return a transport that takes requests of httpx, for one of httpx or httpx2."""
    httpx2 = sys.modules.get("httpx2")  # a program that has a transport of it has imported it
    if isinstance(transport, httpx.BaseTransport):
        return transport
    if httpx2 is not None and isinstance(transport, httpx2.BaseTransport):
        from opensandbox._sync.net.httpx2_transport import Httpx2Transport

        return Httpx2Transport(cast("Any", transport))
    return cast("httpx.BaseTransport", transport)
