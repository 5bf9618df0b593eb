"""Files of the daemon's own that lie where a program of the sandbox may replace them."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading. OSError where it is no regular one: a named pipe in its place would be waited for without end."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(f"{path} is not a regular file any more")
    return file


def read_regular(path: Path, most: int) -> bytes:
    """Return what such a file holds, its first bytes if it is larger; none where it is gone, or is no regular one."""
    try:
        with open_regular(path) as file:
            return file.read(most)
    except OSError:
        return b""
