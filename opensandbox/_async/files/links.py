"""Addresses of the daemon that anybody may use for a while."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from opensandbox._core.files.links import expiry, unsigned
from opensandbox.exceptions import InvalidArgumentException, SandboxApiException, SandboxNotSupportedException

if TYPE_CHECKING:
    from datetime import timedelta

Sign = Callable[[int], Awaitable[str]]
"""Returns the signed address of a daemon, given the Unix time until which it is to be valid."""


async def signed(sign: Sign | None, prefix: str, valid_for: timedelta | float) -> str:
    """Return the address below which a signed daemon has its files; `SandboxNotSupportedException` where there is none."""
    until = expiry(valid_for, time.time())
    if sign is None:
        raise SandboxNotSupportedException("files of an isolated session have no links; use sandbox.files")
    try:
        return (await sign(until)).rstrip("/") + prefix
    except InvalidArgumentException as failure:
        raise unsigned(failure) from failure
    except SandboxApiException as failure:
        if failure.status_code != 400:
            raise
        raise unsigned(failure) from failure
