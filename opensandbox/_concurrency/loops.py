"""The event loop that a call runs in."""

from __future__ import annotations

import asyncio
import sys


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop of asyncio; raises `RuntimeError` that says what to do where there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio = sys.modules.get("trio")
        where = "trio runs this" if trio is not None and trio.lowlevel.in_trio_run() else "none runs here"
        raise RuntimeError(
            f"the async classes of opensandbox need an event loop of asyncio, and {where}; call them below asyncio.run(...), "
            "or use the blocking classes such as SandboxSync, under trio by trio.to_thread.run_sync"
        ) from None
