"""The compiled filter of system calls for this machine's processor. The table is in `syscalls.py`."""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAMS = Path(__file__).parent / "filters"
_PARTS = ("calls", "arguments")
_SHARED = ("marks",)


def missing() -> str | None:
    """Why system calls cannot be filtered here, None where they are."""
    processor = platform.machine()
    if _program(processor, _PARTS[0]).is_file():
        return None
    return f"system calls are not filtered: there is no filter for {processor} processors"


@contextlib.contextmanager
def opened_filters(*, shared: bool = False) -> Iterator[list[int]]:
    """The programs, open for one bubblewrap to read, for the length of the block; none where they are `missing`.

    With `shared`, for a sandbox that writes into directories of the host, they refuse to mark programs to run as another user.
    """
    programs = [_program(platform.machine(), part) for part in (*_PARTS, *(_SHARED if shared else ()))]
    with contextlib.ExitStack() as stack:
        descriptors = []
        for program in programs if missing() is None else ():
            descriptors.append(os.open(program, os.O_RDONLY | os.O_CLOEXEC))
            stack.callback(os.close, descriptors[-1])
        yield descriptors


def _program(processor: str, part: str) -> Path:
    return _PROGRAMS / f"{processor}.{part}.bpf"
