"""Instants as the execd API writes them."""

from __future__ import annotations

import time


def rfc3339(nanoseconds: int) -> str:
    """Format Unix nanoseconds in local time with its offset, all nine fractional digits."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    local = time.localtime(seconds)
    offset = time.strftime("%z", local)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', local)}.{rest:09d}{offset[:3]}:{offset[3:]}"
