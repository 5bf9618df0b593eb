"""The daemon is out of its programs' reach: they run as the same user, and would else be let into it as into each other."""

from __future__ import annotations

import os

_PR_SET_DUMPABLE = 4


def become() -> None:
    """From here on no program can trace this process, read its memory, or take its descriptors (`pidfd_getfd`, `/proc`).

    It lasts until the next `exec`, so programs that are started can be debugged. Raises OSError.
    """
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
