"""Copy and remove trees of any depth: one step down or up at a time, so that no path is ever longer than a name.

The kernel takes paths up to 4,096 bytes, and a function that calls itself a level down ends at Python's own limit. Links are
not followed, and a directory that is moved away meanwhile ends the work with an error.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE = 1 << 20
_MOST_LINKED = 256


class _Place:
    """A directory that is open, and the way back up."""

    def __init__(self, path: str | Path) -> None:
        self.fd = os.open(path, _DIRECTORY)
        self._above: list[tuple[int, int]] = []

    def down(self, name: str) -> None:
        """Step into a directory."""
        status = os.fstat(self.fd)
        below = os.open(name, _DIRECTORY, dir_fd=self.fd)
        os.close(self.fd)
        self.fd = below
        self._above.append((status.st_dev, status.st_ino))

    def up(self) -> None:
        """Step back out."""
        above = os.open("..", _DIRECTORY, dir_fd=self.fd)
        os.close(self.fd)
        self.fd = above
        status = os.fstat(above)
        if (status.st_dev, status.st_ino) != self._above.pop():
            raise OSError("a directory was moved while its tree was walked")

    def close(self) -> None:
        """Let go of the directory."""
        os.close(self.fd)


def remove_tree(path: str | Path) -> None:
    """Remove a directory and everything below it. OSError where something cannot be removed."""
    place = _Place(path)
    try:
        names = [""]
        pending = [_emptied(place.fd)]
        while True:
            if pending[-1]:
                names.append(pending[-1].pop())
                place.down(names[-1])
                pending.append(_emptied(place.fd))
                continue
            pending.pop()
            name = names.pop()
            if not name:
                break
            place.up()
            os.rmdir(name, dir_fd=place.fd)
    finally:
        place.close()
    os.rmdir(path)


def _emptied(fd: int) -> list[str]:
    """Remove what is no directory, and return the names of the directories."""
    directories = []
    with os.scandir(fd) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_directory in found:
        if is_directory:
            directories.append(name)
        else:
            os.unlink(name, dir_fd=fd)
    return directories


def copy_tree(source: str | Path, target: str | Path) -> None:
    """Copy a directory to a new one with modes, owners, times, links, attributes and device nodes; sockets are left out."""
    os.mkdir(target, 0o700)
    with ExitStack() as stack:
        here, there = _Place(source), _Place(target)
        stack.callback(here.close)
        stack.callback(there.close)
        # Files with several names: the copy is kept open until it has them all, so that the next can be a link to it.
        linked: dict[tuple[int, int], list[int]] = {}
        stack.callback(_close_all, linked)
        pending = [_copied(here.fd, there.fd, linked)]
        while True:
            if pending[-1]:
                name = pending[-1].pop()
                os.mkdir(name, 0o700, dir_fd=there.fd)
                here.down(name)
                there.down(name)
                pending.append(_copied(here.fd, there.fd, linked))
                continue
            pending.pop()
            # Last of all: what is made in a directory changes its time, and may need a mode that it does not keep.
            _copy_marks(here.fd, there.fd)
            if not pending:
                return
            here.up()
            there.up()


def _close_all(linked: dict[tuple[int, int], list[int]]) -> None:
    for descriptor, _ in linked.values():
        os.close(descriptor)


def _copied(here: int, there: int, linked: dict[tuple[int, int], list[int]]) -> list[str]:
    """Copy what is no directory, and return the names of the directories."""
    directories = []
    with os.scandir(here) as entries:
        names = [entry.name for entry in entries]
    for name in names:
        status = os.stat(name, dir_fd=here, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            directories.append(name)
        elif stat.S_ISREG(status.st_mode):
            _copy_file(name, here, there, status, linked)
        elif stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(name, dir_fd=here), name, dir_fd=there)
            _take_owner_and_times(name, there, status)
        elif not stat.S_ISSOCK(status.st_mode):
            os.mknod(name, status.st_mode, status.st_rdev, dir_fd=there)
            _take_owner_and_times(name, there, status)
    return directories


def _copy_file(
    name: str, here: int, there: int, status: os.stat_result, linked: dict[tuple[int, int], list[int]]
) -> None:
    key = (status.st_dev, status.st_ino)
    if key in linked:
        linked[key][1] -= 1
        descriptor, left = linked[key]
        os.link(f"/proc/self/fd/{descriptor}", name, dst_dir_fd=there, follow_symlinks=True)
        if not left:
            del linked[key]
            os.close(descriptor)
        return
    reading = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
    writing = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=there)
    try:
        _copy_data(reading, writing, status.st_size)
        _copy_marks(reading, writing)
        if status.st_nlink > 1 and len(linked) < _MOST_LINKED:
            linked[key] = [os.dup(writing), status.st_nlink - 1]
    finally:
        os.close(reading)
        os.close(writing)


def _copy_data(reading: int, writing: int, size: int) -> None:
    """Copy what is there; holes stay holes."""
    os.ftruncate(writing, size)
    position = 0
    while position < size:
        try:
            begin = os.lseek(reading, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            return  # nothing but a hole is left
        position = os.lseek(reading, begin, os.SEEK_HOLE)
        while begin < position:
            moved = _move(reading, writing, begin, position - begin)
            if not moved:
                return
            begin += moved


def _move(reading: int, writing: int, position: int, most: int) -> int:
    try:
        return os.copy_file_range(reading, writing, most, position, position)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP):
            raise
    return os.pwrite(writing, os.pread(reading, min(most, _PIECE), position), position)


def _copy_marks(source: int, target: int) -> None:
    """Copy owner, mode, extended attributes and times of what is open."""
    status = os.fstat(source)
    os.fchown(target, status.st_uid, status.st_gid)
    os.fchmod(target, stat.S_IMODE(status.st_mode))
    for attribute in os.listxattr(source):
        with suppress(OSError):  # as `cp -a`: some belong to the file system
            os.setxattr(target, attribute, os.getxattr(source, attribute))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _take_owner_and_times(name: str, directory: int, status: os.stat_result) -> None:
    os.chown(name, status.st_uid, status.st_gid, dir_fd=directory, follow_symlinks=False)
    os.utime(name, ns=(status.st_atime_ns, status.st_mtime_ns), dir_fd=directory, follow_symlinks=False)


if __name__ == "__main__":
    try:
        copy_tree(sys.argv[1], sys.argv[2])
    except OSError as error:
        sys.exit(f"{error}")
