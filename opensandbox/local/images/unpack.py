"""Unpack one layer into a directory, in the form that overlays stack.

What layers say of those below them (`.wh.name`, `.wh..wh..opq`) becomes what the kernel understands: a device 0:0 and an attribute.
Everything belongs to whoever unpacks it, because a sandbox knows one owner; devices are left out, attributes that overlays
or the kernel trust too. No file is read or written but below the directory.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NoReturn

from opensandbox.local.images.compression import PIECE
from opensandbox.local.images.errors import ImageBroken
from opensandbox.local.images.places import (
    OPAQUE,
    Parts,
    Place,
    find_below,
    hide_below,
    is_whiteout,
    parts_of,
    shown,
)
from opensandbox.local.images.tar import Entries

if TYPE_CHECKING:
    from pathlib import Path
    from tarfile import TarInfo

    from opensandbox.local.images.digests import Readable

_HIDE, _HIDE_ALL, _AUFS = b".wh.", b".wh..wh..opq", b".wh..wh."
_OPAQUE_ATTRIBUTES = ("trusted.overlay.opaque", OPAQUE)
_ATTRIBUTE = "SCHILY.xattr."
_MOST_ENTRIES = 4_000_000
_MOST_CLOSED = 100_000
_KEPT_IN_MEMORY = 1 << 20
_ZEROS = bytes(PIECE)
# These are not the image's fault.
_OF_THE_DISK = {
    errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EROFS, errno.EOPNOTSUPP,
}  # fmt: skip
# Mount points of the daemon: they are ours, whatever an image has there.
_RESERVED: Parts = (b"opt", b"opensandbox")


def unpack(source: Readable, target: Path, *, below: tuple[Path, ...] = (), most: int) -> bool:
    """Unpack a tar archive into the empty directory `target`; `below` are the layers it was made for, lowest first.

    Returns whether it took something from these, so that it is of no use above others. `most` is how many bytes it may have. Raises
    ImageBroken for an archive that is damaged or would write elsewhere, OSError where the disk refuses.
    """
    unpacking = _Unpacking(source, target, below, most)
    try:
        unpacking.run()
    finally:
        unpacking.close()
    return unpacking.took


class _Unpacking:
    def __init__(self, source: Readable, target: Path, below: tuple[Path, ...], most: int) -> None:
        self._entries = Entries(source, most)
        self._place = Place(target)
        self._below = below
        self._directories: IO[bytes] = tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY)  # noqa: SIM115 - closed by close()
        self.took = False

    def close(self) -> None:
        self._place.close()
        self._directories.close()

    def run(self) -> None:
        for count, entry in enumerate(self._entries):
            if count >= _MOST_ENTRIES:
                raise ImageBroken(f"a layer has more than {_MOST_ENTRIES} entries")
            path = entry.name.encode("utf-8", "surrogateescape")
            try:
                self._add(entry, parts_of(path))
            except (OSError, ValueError, OverflowError) as error:
                _refuse(path, error)
        self._finish_directories()

    def _add(self, entry: TarInfo, parts: Parts) -> None:
        if parts[: len(_RESERVED)] == _RESERVED:
            return
        if not parts:
            if entry.isdir():
                self._note_directory(entry, parts)
            return
        parent, name = self._place.directory(parts[:-1]), parts[-1]
        if name.startswith(_HIDE):
            self._hide(parent, parts[:-1], name)
        elif entry.isdir():
            self._place.make_directory(parent, name)
            self._note_directory(entry, parts)
        elif entry.ischr() and (entry.devmajor, entry.devminor) == (0, 0):
            self._hide_name(parent, name)
        elif entry.isdev() and not entry.isfifo():
            return
        elif entry.islnk():
            self._link(entry, parts)
        else:
            self._place.clear(parent, name)
            # Clearing may have closed it.
            parent = self._place.directory(parts[:-1])
            if entry.issym():
                os.symlink(entry.linkname.encode("utf-8", "surrogateescape"), name, dir_fd=parent)
                _set_time(entry, name, parent)
            elif entry.isfifo():
                os.mkfifo(name, stat.S_IMODE(entry.mode), dir_fd=parent)
                _set_time(entry, name, parent)
            else:
                self._write(entry, name, parent)

    def _write(self, entry: TarInfo, name: bytes, parent: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(name, flags, 0o600, dir_fd=parent)
        try:
            for position, piece in self._entries.content(entry):
                if piece != _ZEROS[: len(piece)]:  # or it stays a hole
                    _write_all(file, piece, position)
            os.ftruncate(file, entry.size)
            _set_attributes(entry, file)
            os.fchmod(file, stat.S_IMODE(entry.mode))
            os.utime(file, ns=_times(entry))
        finally:
            os.close(file)

    def _link(self, entry: TarInfo, parts: Parts) -> None:
        target = parts_of(entry.linkname.encode("utf-8", "surrogateescape"))
        if not target:
            raise ImageBroken(f"{shown(parts)} is a hard link to nothing")
        if target == parts:
            return
        source = self._find(target)
        try:
            if source is None or stat.S_ISDIR(os.fstat(source).st_mode):
                raise ImageBroken(f"{shown(parts)} is a hard link to {shown(target)}, which is no file there")
            parent = self._place.directory(parts[:-1])
            self._place.clear(parent, parts[-1])
            parent = self._place.directory(parts[:-1])
            _link_open(source, parts[-1], parent)
        finally:
            if source is not None:
                os.close(source)

    def _find(self, target: Parts) -> int | None:
        """A descriptor of what has a path in this layer, or else in those below."""
        with suppress(FileNotFoundError):
            parent = self._place.directory(target[:-1], make=False)
            found = os.open(target[-1], os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
            if not is_whiteout(os.fstat(found)):
                return found
            os.close(found)
            return None
        self.took = True
        return find_below(self._below, target)

    def _hide(self, parent: int, directory: Parts, name: bytes) -> None:
        if name == _HIDE_ALL:
            os.setxattr(parent, OPAQUE, b"y")
        elif not name.startswith(_AUFS):
            hidden = parts_of(name.removeprefix(_HIDE))
            if len(hidden) != 1:
                raise ImageBroken(f"{shown((*directory, name))} hides nothing that has a name")
            self._hide_name(parent, hidden[0])

    def _hide_name(self, parent: int, name: bytes) -> None:
        try:
            # A device 0:0 is how an overlay says so; anybody may make one.
            os.mknod(name, stat.S_IFCHR, os.makedev(0, 0), dir_fd=parent)
        except FileExistsError:
            # What this layer has stays: it hides what is below, a directory if it is told to.
            if stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                hide_below(parent, name)

    def _note_directory(self, entry: TarInfo, parts: Parts) -> None:
        """Set what is known of a directory at the end: until then, it has to be writable, and its time changes."""
        opaque = any(entry.pax_headers.get(_ATTRIBUTE + name) == "y" for name in _OPAQUE_ATTRIBUTES)
        if opaque:
            os.setxattr(self._place.directory(parts), OPAQUE, b"y")
        attributes = [(name, value.decode("latin-1")) for name, value in _attributes(entry)]
        line = [[part.hex() for part in parts], stat.S_IMODE(entry.mode), _times(entry), attributes]
        self._directories.write(json.dumps(line).encode() + b"\n")

    def _finish_directories(self) -> None:
        self._directories.seek(0)
        closed: dict[Parts, int] = {}
        for line in self._directories:
            names, mode, times, attributes = json.loads(line)
            parts = tuple(bytes.fromhex(name) for name in names)
            try:
                fd = self._place.directory(parts, make=False)
                for name, value in attributes:
                    _set_attribute(fd, name, value.encode("latin-1"))
                os.utime(fd, ns=tuple(times))
                if mode & stat.S_IRWXU == stat.S_IRWXU:
                    os.fchmod(fd, mode)
                    closed.pop(parts, None)
                    continue
            except (ImageBroken, FileNotFoundError):
                continue  # it became something else, further down in the archive
            closed[parts] = mode
            if len(closed) > _MOST_CLOSED:
                raise ImageBroken(
                    f"a layer has more than {_MOST_CLOSED} directories that are closed to their owner"
                )
        # Those that cannot be entered afterwards, so the deepest first.
        for parts in sorted(closed, key=len, reverse=True):
            os.fchmod(self._place.directory(parts), closed[parts])


def _refuse(path: bytes, error: Exception) -> NoReturn:
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        raise error
    raise ImageBroken(f"{shown(path)} cannot be unpacked: {error}") from error


def _write_all(file: int, piece: bytes, position: int) -> None:
    while written := os.pwrite(file, piece, position):
        if written == len(piece):
            return
        piece, position = piece[written:], position + written


def _link_open(source: int, name: bytes, parent: int) -> None:
    os.link(f"/proc/self/fd/{source}", name, dst_dir_fd=parent, follow_symlinks=True)


def _times(entry: TarInfo) -> tuple[int, int]:
    seconds = float(entry.mtime)
    nanoseconds = int(seconds * 1_000_000_000) if -(2**31) <= seconds < 2**34 else 0
    return nanoseconds, nanoseconds


def _set_time(entry: TarInfo, name: bytes, parent: int) -> None:
    os.utime(name, ns=_times(entry), dir_fd=parent, follow_symlinks=False)


def _attributes(entry: TarInfo) -> list[tuple[str, bytes]]:
    """The extended attributes that are kept: those of programs, and the capabilities of files."""
    return [
        (name, value.encode("utf-8", "surrogateescape"))
        for header, value in entry.pax_headers.items()
        if (name := header.removeprefix(_ATTRIBUTE)) != header
        and (
            name == "security.capability"
            or (name.startswith("user.") and not name.startswith("user.overlay."))
        )
    ]


def _set_attributes(entry: TarInfo, file: int) -> None:
    for name, value in _attributes(entry):
        _set_attribute(file, name, value)


def _set_attribute(file: int, name: str, value: bytes) -> None:
    with suppress(OSError):  # as `cp -a`: some belong to the file system, or need rights
        os.setxattr(file, name, value)
