"""Local directory trees as tar archives: made while they are read, and unpacked so that nothing escapes the target.

Blocking file work, the same for both twins. Modes, times, symbolic links and empty directories are kept; owners are not.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from opensandbox.exceptions import InvalidArgumentException, SandboxInternalException

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PIECE: Final = 1 << 20
END: Final = bytes(2 * tarfile.BLOCKSIZE)


class Member(NamedTuple):
    """An entry of an archive to be made."""

    header: bytes
    path: str
    size: int


class TreeReader(io.RawIOBase):
    """A directory as the archive that it would make. Its length is known at once; files are read when their turn comes.

    It can be rewound. What is neither file, directory nor symbolic link is refused by name, at once; a file whose length
    changes later is refused when it is read.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise InvalidArgumentException(f"source must be a directory, which {str(root)!r} is not")
        self._members = [_member(path, name) for path, name in _below(str(root))]
        self.size = len(END) + sum(len(one.header) + one.size + _padding(one.size) for one in self._members)
        self._pieces = self._archive()
        self._rest = b""

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true: it goes back to the start, and to the end, which tells the length."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to the start, or to the end; after the end only going to the start makes sense."""
        if offset != 0 or whence not in (os.SEEK_SET, os.SEEK_END):
            raise io.UnsupportedOperation("an archive in the making goes to its start or end only")
        self._pieces.close()
        self._pieces, self._rest = self._archive(), b""
        return 0 if whence == os.SEEK_SET else self.size

    def read(self, size: int = -1, /) -> bytes:
        """Return the next `size` bytes; fewer at the end only."""
        parts: list[bytes] = []
        wanted = self.size if size < 0 else size
        while wanted > 0 and (piece := self._rest or next(self._pieces, b"")):
            parts.append(piece[:wanted])
            self._rest = piece[wanted:]
            wanted -= len(parts[-1])
        return b"".join(parts)

    def close(self) -> None:
        """Close the file that is being read."""
        self._pieces.close()
        super().close()

    def _archive(self) -> Generator[bytes, None, None]:
        for header, path, size in self._members:
            yield header
            if size:
                yield from _content(path, size)
        yield END


def _below(root: str) -> Iterator[tuple[str, str]]:
    """Yield the path of everything below a directory and its name in the archive, each directory before what it holds."""
    waiting = [(root, "")]
    while waiting:
        directory, prefix = waiting.pop()
        with os.scandir(directory) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            yield entry.path, prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{prefix}{entry.name}/"))


def _member(path: str, name: str) -> Member:
    status = os.lstat(path)
    info = tarfile.TarInfo(name)
    info.mode = stat.S_IMODE(status.st_mode)
    info.mtime = int(status.st_mtime)
    if stat.S_ISREG(status.st_mode):
        info.size = status.st_size
    elif stat.S_ISDIR(status.st_mode):
        info.type = tarfile.DIRTYPE
    elif stat.S_ISLNK(status.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, os.readlink(path)
    else:
        raise InvalidArgumentException(
            f"source holds {path!r}, which is neither file, directory nor symbolic link; remove it or send the rest one by one"
        )
    # Long names in the form that small tar programs know as well.
    return Member(info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape"), path, info.size)


def _content(path: str, size: int) -> Iterator[bytes]:
    left = size
    with open(path, "rb", buffering=0) as file:
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
        if left or file.read(1):
            raise InvalidArgumentException(
                f"source is being changed: {path!r} is not the {size} bytes long that it was; try again"
            )
    if padding := _padding(size):
        yield bytes(padding)


def _padding(size: int) -> int:
    return -size % tarfile.BLOCKSIZE


def check_target(target: Path) -> None:
    """Refuse a target that holds anything: what is there could lead what is unpacked elsewhere, and would be mixed with it."""
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise InvalidArgumentException(
            f"target must be a new or an empty directory, which {str(target)!r} is not"
        )


def unpack(archive: IO[bytes], target: Path) -> None:
    """Unpack an archive from a sandbox, which may be hostile, into a new or empty directory.

    Nothing is written outside of it: names that lead out are refused before anything is made, and symbolic links, which
    may point anywhere, are made last. Raises `SandboxInternalException` for an archive that makes no sense.
    """
    check_target(target)
    try:
        with tarfile.open(fileobj=archive, mode="r:") as tar:
            _unpack([(info, target / _safe(info.name)) for info in tar.getmembers()], tar, target)
    except tarfile.TarError as exc:
        raise SandboxInternalException(
            f"the sandbox sent an archive that cannot be read: {exc}", exc
        ) from exc


def _unpack(members: list[tuple[tarfile.TarInfo, Path]], tar: tarfile.TarFile, target: Path) -> None:
    for info, _ in members:
        if not (info.isreg() or info.isdir() or info.issym() or info.islnk()):
            raise SandboxInternalException(
                f"{info.name!r} in the sandbox is neither file, directory nor link; remove it or get the rest one by one"
            )
    target.mkdir(parents=True, exist_ok=True)
    for info, path in members:
        if info.isdir():
            path.mkdir(parents=True, exist_ok=True)
        elif info.isreg() and (content := tar.extractfile(info)) is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                shutil.copyfileobj(content, file, PIECE)
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
