"""The port on which images with a code runtime have it, for clients that look there before they send code.

This daemon runs code itself, so nothing is spoken on that port: that it can be connected to says "ready".
"""

from __future__ import annotations

import asyncio
import contextlib
import os

RUNTIME_PORT = 44771


class HangUp(asyncio.Protocol):
    """Ends every connection at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        transport.close()


async def listen() -> asyncio.Server | None:
    """Listen on the sandbox's own loopback, until the server returned is closed; `None` where that is not possible."""
    # In a sandbox nothing but bubblewrap comes before the daemon; anywhere else the loopback is that of other programs.
    if 1 in (os.getpid(), os.getppid()):
        with contextlib.suppress(OSError):
            return await asyncio.get_running_loop().create_server(HangUp, "127.0.0.1", RUNTIME_PORT)
    return None
