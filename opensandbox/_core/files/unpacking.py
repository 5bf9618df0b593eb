"""Unpacking archives from a sandbox, which may be hostile, so that nothing escapes the target.

Blocking file work, the same for both twins.
"""

from __future__ import annotations

import os
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from opensandbox._core.files.archives import PIECE, Special
from opensandbox.exceptions import InvalidArgumentException, SandboxException, SandboxInternalException

if TYPE_CHECKING:
    from collections.abc import Callable

Members = list[tuple[tarfile.TarInfo, Path]]


def check_target(target: Path) -> None:
    """Refuse a target that holds anything: what is there could lead what is unpacked elsewhere, and would be mixed with it."""
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise InvalidArgumentException(
            f"target must be a new or an empty directory, which {str(target)!r} is not"
        )


def unpack(archive: IO[bytes], target: Path, still: Callable[[], None] = lambda: None) -> list[Special]:
    """Unpack an archive into a new or empty directory, and return what in it is special, and was left out.

    Nothing is written outside of the target: names that lead out are refused before anything is made, and symbolic links,
    which may point anywhere, are made last. `still` is called now and then, and may raise. Whatever is wrong with the
    archive, or with the disk, is a `SandboxInternalException`.
    """
    check_target(target)
    try:
        # The length that an archive tells of a file is checked against its own: what is not there is not unpacked.
        with tarfile.open(fileobj=archive, mode="r:") as tar:
            members = [(info, target / _safe(info.name)) for info in _members(tar, still)]
            _unpack(members, tar, target, still)
    except SandboxException:
        raise
    except OSError as exc:
        raise SandboxInternalException(
            f"the archive of the sandbox cannot be unpacked: {exc.strerror or exc}: {exc.filename or target}",
            exc,
        ) from exc
    # Numbers, names and links of every kind of nonsense come out of the library as these.
    except (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError, MemoryError) as exc:
        raise SandboxInternalException(
            f"the sandbox sent an archive that cannot be read: {exc}", exc
        ) from exc
    return [Special(info.name.removeprefix("./"), _kind(info)) for info, _ in members if not _travels(info)]


def _members(tar: tarfile.TarFile, still: Callable[[], None]) -> list[tarfile.TarInfo]:
    found = []
    for info in tar:
        still()
        if info.size < 0 or (info.sparse is not None and not _is_sound(info)):
            raise SandboxInternalException(
                f"the sandbox sent an archive that makes no sense: {info.name!r} is of {info.size} bytes"
            )
        found.append(info)
    return found


def _is_sound(info: tarfile.TarInfo) -> bool:
    """Tell whether the segments of a file with holes follow each other and lie within it."""
    end = 0
    for start, length in _segments(info):
        if start < end or length < 0:
            return False
        end = start + length
    return end <= info.size


def _unpack(members: Members, tar: tarfile.TarFile, target: Path, still: Callable[[], None]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for info, path in members:
        still()
        if info.isdir():
            path.mkdir(parents=True, exist_ok=True)
        elif info.isreg():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(info, path, tar, still)
            _restore(info, path)
    for info, path in members:
        if info.islnk():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(target / _safe(info.linkname), path, follow_symlinks=False)
    for info, path in members:
        if info.issym():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(info.linkname)
    # From the innermost out: a directory may be read-only, and making entries changes its time.
    for info, path in sorted(members, key=lambda member: len(member[1].parts), reverse=True):
        if info.isdir():
            _restore(info, path)


def _write(info: tarfile.TarInfo, path: Path, tar: tarfile.TarFile, still: Callable[[], None]) -> None:
    content = tar.extractfile(info)
    assert content is not None, "a file has content"
    with path.open("xb") as file:
        for start, length in _segments(info):
            content.seek(start)
            file.seek(start)
            left = length
            while left:
                still()
                piece = content.read(min(PIECE, left))
                if not piece:
                    raise SandboxInternalException(
                        f"the archive of the sandbox ends within {info.name!r}, {left} bytes too early"
                    )
                left -= len(piece)
                file.write(piece)
        file.truncate(info.size)


def _segments(info: tarfile.TarInfo) -> list[tuple[int, int]]:
    """Return the parts of a file that hold data: all of it, where there are no holes."""
    segments: Any = info.sparse
    if segments is None:
        return [(0, info.size)]
    return [(start, length) for start, length in segments if length]  # others fill up the table


def _travels(info: tarfile.TarInfo) -> bool:
    return info.isreg() or info.isdir() or info.issym() or info.islnk()


def _kind(info: tarfile.TarInfo) -> str:
    return "pipe" if info.isfifo() else "device"


def _restore(info: tarfile.TarInfo, path: Path) -> None:
    os.utime(path, (info.mtime, info.mtime), follow_symlinks=False)
    path.chmod(info.mode & 0o777)


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise SandboxInternalException(
            f"the sandbox sent an archive with the name {name!r}, which leads out of the target"
        )
    return path
