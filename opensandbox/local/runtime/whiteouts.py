"""Names that a layer of an overlay hides in the layers below it."""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def hide(path: Path) -> None:
    """Let a layer say that the name `path` does not exist.

    Raises PermissionError on a file system that is an overlay itself.
    """
    # A device 0:0 is how an overlay says so; anybody may make one.
    os.mknod(path, stat.S_IFCHR, os.makedev(0, 0))


def can_hide(directory: Path) -> bool:
    """Return whether layers can be written into `directory`."""
    probe = directory / f".whiteout-{secrets.token_hex(8)}"
    try:
        hide(probe)
        probe.unlink()
    except OSError:
        return False
    return True
