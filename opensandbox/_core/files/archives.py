"""Local directory trees as tar archives, made while they are read.

Blocking file work, the same for both twins. Modes, times, symbolic links, empty directories and holes are kept; owners are not.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import tarfile
from typing import TYPE_CHECKING, Final, NamedTuple

from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

PIECE: Final = 1 << 20
END: Final = bytes(2 * tarfile.BLOCKSIZE)


class Member(NamedTuple):
    """An entry of an archive to be made. Of a file with holes `segments` are the parts that hold data, as (start, length)."""

    header: bytes
    path: str
    size: int
    segments: list[tuple[int, int]]
    length: int

    @property
    def stored(self) -> int:
        """Return the bytes that it takes in the archive, behind its header and before its padding."""
        return sum(length for _, length in self.segments)


class Special(NamedTuple):
    """What no archive carries: its path below the root, and what it is."""

    path: str
    kind: str


class TreeReader(io.RawIOBase):
    """A directory as the archive that it would make. Its length is known at once; files are read when their turn comes.

    It can be rewound. What is neither file, directory nor symbolic link is left out and listed in `specials`; a file whose
    length changes later is refused when it is read. `still` is called now and then, and may raise. With `sparse` holes are left out too, in the form of GNU tar.
    """

    def __init__(self, root: Path, *, sparse: bool = False, still: Callable[[], None] = lambda: None) -> None:
        if not root.is_dir():
            raise InvalidArgumentException(f"source must be a directory, which {str(root)!r} is not")
        self.specials: list[Special] = []
        self.has_holes = False
        self._members: list[Member] = []
        for path, name in _below(str(root)):
            still()
            self._add(path, name, sparse)
        self.size = len(END) + sum(
            len(one.header) + one.stored + _padding(one.stored) for one in self._members
        )
        self._pieces = self._archive()
        self._rest = b""

    def _add(self, path: str, name: str, sparse: bool) -> None:
        status = os.lstat(path)
        if kind := kind_of(status.st_mode):
            self.specials.append(Special(name, kind))
            return
        holes = stat.S_ISREG(status.st_mode) and status.st_blocks * 512 < status.st_size
        self.has_holes = self.has_holes or holes
        self._members.append(_member(path, name, status, holes=holes and sparse))

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
        for member in self._members:
            yield member.header
            if member.length:
                yield from _content(member)
            if padding := _padding(member.stored):
                yield bytes(padding)
        yield END


def kind_of(mode: int) -> str | None:
    """Return what a special file is, `None` for what an archive carries."""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode):
        return None
    if stat.S_ISFIFO(mode):
        return "pipe"
    return "socket" if stat.S_ISSOCK(mode) else "device"


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


def _member(path: str, name: str, status: os.stat_result, *, holes: bool) -> Member:
    info = tarfile.TarInfo(name)
    info.mode = stat.S_IMODE(status.st_mode)
    info.mtime = int(status.st_mtime)
    if stat.S_ISDIR(status.st_mode):
        info.type = tarfile.DIRTYPE
    elif stat.S_ISLNK(status.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, os.readlink(path)
    elif holes:
        return _sparse(path, info, status.st_size)
    else:
        info.size = status.st_size
    # Long names in the form that small tar programs know as well.
    header = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    return Member(header, path, info.size, [(0, info.size)] if info.size else [], info.size)


def _sparse(path: str, info: tarfile.TarInfo, length: int) -> Member:
    """Return a file with holes in GNU's format 1.0: a list of its segments comes before them, padded to a block."""
    segments = _segments(path, length)
    numbers = [len(segments), *(number for segment in segments for number in segment)]
    table = "".join(f"{number}\n" for number in numbers).encode()
    table += bytes(_padding(len(table)))
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": info.name,
        "GNU.sparse.realsize": str(length),
    }
    info.name = f"GNUSparseFile.0/{os.path.basename(info.name)}"
    info.size = len(table) + sum(size for _, size in segments)
    return Member(
        info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape") + table,
        path,
        info.size,
        segments,
        length,
    )


def _segments(path: str, length: int) -> list[tuple[int, int]]:
    """Return where a file holds data, as (start, length); the last one ends, or stands, at the end of the file."""
    segments: list[tuple[int, int]] = []
    with open(path, "rb", buffering=0) as file:
        start = end = 0
        while end < length:
            try:
                start = os.lseek(file.fileno(), end, os.SEEK_DATA)
            except OSError as exc:
                if exc.errno != errno.ENXIO:  # nothing but a hole follows
                    raise
                break
            end = min(os.lseek(file.fileno(), start, os.SEEK_HOLE), length)
            segments.append((start, end - start))
    if not segments or sum(segments[-1]) < length:
        segments.append((length, 0))
    return segments


def _content(member: Member) -> Iterator[bytes]:
    with open(member.path, "rb", buffering=0) as file:
        for start, length in member.segments:
            file.seek(start)
            left = length
            while left and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece
            if left:
                break
        if os.fstat(file.fileno()).st_size != member.length or file.read(1):
            raise InvalidArgumentException(
                f"source is being changed: {member.path!r} is not the {member.length} bytes long that it was; try again"
            )


def _padding(size: int) -> int:
    return -size % tarfile.BLOCKSIZE
