"""Load the daemon, and no more than it needs to listen."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def load_server() -> Callable[[Path], None]:
    """Import the server, and return the function that runs it in a directory."""
    # Collections while modules load find nothing and take a tenth of the time. So does `ssl`, which asyncio can do
    # without: the daemon speaks over unix sockets only. Whoever asks for it later gets it.
    gc.disable()
    sys.modules["ssl"] = None  # type: ignore[assignment]
    from opensandbox.local.execd.server import run

    del sys.modules["ssl"]
    gc.enable()
    return run
