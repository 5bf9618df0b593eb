"""Open what lies where a sandbox may write, once.

A path that was checked may mean something else a moment later: a sandbox that shares the volume swaps a directory for
a link. So a directory is opened step by step from one that no sandbox can replace, following no link, and what was
opened is kept and mounted. A step is one name that never leads upwards, therefore no swap leads out. (`openat2`
promises the same in one call; Python and the C library do not offer it.)
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from opensandbox.local.runtime.spec import Mount

_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ESCAPED = re.compile(r"\\([0-7]{3})")


def open_directory(path: Path) -> int:
    """Open a directory by an absolute path without links; the caller closes the descriptor.

    Raises OSError where a step of the path is missing, a link, or no directory.
    """
    top = os.open("/", _DIRECTORY)
    try:
        return open_beneath(top, path.parts[1:])
    finally:
        os.close(top)


def open_beneath(top: int, steps: Sequence[str], *, create: bool = False) -> int:
    """Open the directory that `steps` lead to from the open directory `top`; the caller closes the descriptor.

    With `create`, missing directories are made. Raises OSError where a step is missing, a link, or no directory, and
    ValueError for a step that is not one name.
    """
    here = os.dup(top)
    try:
        for step in steps:
            if step in ("", ".", "..") or "/" in step:
                raise ValueError(f"{step!r} is not a name of a directory")
            if create:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(step, 0o777, dir_fd=here)
            below = os.open(step, _DIRECTORY, dir_fd=here)
            os.close(here)
            here = below
    except BaseException:
        os.close(here)
        raise
    return here


@contextlib.contextmanager
def opened(mounts: Iterable[Mount]) -> Iterator[list[int]]:
    """The descriptors of mounts, in their order, for the length of the block; those that are not open yet are opened.

    Raises ValueError for a source that does not exist.
    """
    with contextlib.ExitStack() as stack:
        descriptors = []
        for mount in mounts:
            descriptor = mount.descriptor
            if descriptor is None:
                try:
                    descriptor = os.open(mount.source, os.O_PATH | os.O_CLOEXEC)
                except FileNotFoundError:
                    raise ValueError(f"mount source {mount.source} does not exist; create it first") from None
                except OSError as error:
                    raise ValueError(f"mount source {mount.source}: {error.strerror}") from error
                stack.callback(os.close, descriptor)
            descriptors.append(descriptor)
        yield descriptors


def misplaced(pid: int, targets: Iterable[str]) -> str | None:
    """The first of `targets` at which the process sees no mount, None when all are in their place.

    A mount inside of a volume is made by name, and whoever shares the volume may put a link there at that moment.
    """
    lines = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    points = {_ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), line.split(" ")[4]) for line in lines}
    return next((target for target in targets if str(PurePosixPath(target)) not in points), None)
