"""A directory tree that is walked by descriptors, so that no link in it leads out, whoever wrote it."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from opensandbox.local import deep_trees
from opensandbox.local.images.errors import ImageBroken

if TYPE_CHECKING:
    from pathlib import Path

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 256
_MOST_LINKS = 40
OPAQUE = "user.overlay.opaque"
"""The attribute by which a directory of a layer hides that of the layers below. Its other name needs rights that we lack."""

Parts = tuple[bytes, ...]


def parts_of(path: bytes) -> Parts:
    """The names in a path of an archive. Raises ImageBroken for one that could lead out."""
    parts = tuple(part for part in path.split(b"/") if part not in (b"", b"."))
    if b".." in parts:
        raise ImageBroken(f"{shown(path)} leads out of the image")
    return parts


def shown(path: bytes | Parts) -> str:
    """A path for people."""
    whole = path if isinstance(path, bytes) else b"/".join(path)
    return repr(whole.decode("utf-8", "backslashreplace"))


def is_whiteout(status: os.stat_result) -> bool:
    """Whether a file of a layer says that its name does not exist."""
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == 0


class Place:
    """The tree of one layer. `close` lets go of it."""

    def __init__(self, root: Path) -> None:
        self._fds = [os.open(root, _DIRECTORY)]
        self._names: list[bytes] = []

    def close(self) -> None:
        """Let go of the tree."""
        for fd in self._fds:
            os.close(fd)

    def directory(self, parts: Parts, *, make: bool = True) -> int:
        """A descriptor of a directory, valid until the next call. It is made if need be, and so are those above it.

        Links on the way lead where they would lead with the tree as root. Raises ImageBroken for those that lead out of it, and
        FileNotFoundError without `make` where there is none.
        """
        wanted, links = list(parts), 0
        self._keep(parts)
        wanted = wanted[len(self._names) :]
        while wanted:
            name = wanted.pop(0)
            if name == b"..":
                self._up(parts)
                continue
            link = self._down(name, parts, make=make)
            if link is None:
                continue
            links += 1
            if links > _MOST_LINKS:
                raise ImageBroken(f"{shown(parts)} leads over too many links")
            if link.startswith(b"/"):
                self.forget()
            wanted = [part for part in link.split(b"/") if part not in (b"", b".")] + wanted
        return self._fds[-1]

    def forget(self) -> None:
        """Go back to the root: a directory was removed that might be on the way."""
        self._keep(())

    def clear(self, fd: int, name: bytes) -> None:
        """Remove what has a name in a directory, with everything below it. Harmless when there is nothing."""
        try:
            os.unlink(name, dir_fd=fd)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno not in (errno.EISDIR, errno.EPERM):
                raise
            held = os.dup(fd)
            try:
                self.forget()
                deep_trees.remove_tree(f"/proc/self/fd/{held}/{os.fsdecode(name)}")
            finally:
                os.close(held)

    def make_directory(self, fd: int, name: bytes) -> bool:
        """Make a directory where there is none; returns whether there was one. What else has the name is replaced."""
        try:
            os.mkdir(name, 0o755, dir_fd=fd)
        except FileExistsError:
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                return True
            os.unlink(name, dir_fd=fd)
            os.mkdir(name, 0o755, dir_fd=fd)
            if is_whiteout(status):
                hide_below(fd, name)
        return False

    def _down(self, name: bytes, parts: Parts, *, make: bool) -> bytes | None:
        """Enter a directory; returns where the name leads instead, for a link."""
        if len(self._fds) > _DEEPEST:
            raise ImageBroken(f"{shown(parts)[:200]} lies deeper than {_DEEPEST} directories")
        fd = self._fds[-1]
        try:
            below = os.open(name, _DIRECTORY, dir_fd=fd)
        except FileNotFoundError:
            if not make:
                raise
            os.mkdir(name, 0o755, dir_fd=fd)
            below = os.open(name, _DIRECTORY, dir_fd=fd)
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                return os.readlink(name, dir_fd=fd)
            if not is_whiteout(status) or not make:
                raise ImageBroken(f"{shown(parts)} lies in something that is no directory") from None
            self.make_directory(fd, name)
            below = os.open(name, _DIRECTORY, dir_fd=fd)
        self._fds.append(below)
        self._names.append(name)
        return None

    def _up(self, parts: Parts) -> None:
        if not self._names:
            raise ImageBroken(f"{shown(parts)} leads out of the image, over a link")
        self._keep(tuple(self._names[:-1]))

    def _keep(self, parts: Parts) -> None:
        """Close all but the directories that are on the way."""
        common = 0
        while common < min(len(parts), len(self._names)) and parts[common] == self._names[common]:
            common += 1
        for fd in self._fds[common + 1 :]:
            os.close(fd)
        del self._fds[common + 1 :], self._names[common:]


def hide_below(fd: int, name: bytes) -> None:
    """Let a directory of a layer hide that of the layers below."""
    directory = os.open(name, _DIRECTORY, dir_fd=fd)
    try:
        os.setxattr(directory, OPAQUE, b"y")
    finally:
        os.close(directory)


def find_below(layers: tuple[Path, ...], parts: Parts) -> int | None:
    """A descriptor (`O_PATH`) of what a path leads to in layers, lowest first; None where nothing is. The caller closes it."""
    for layer in reversed(layers):
        found, final = _find_in(layer, parts)
        if found is not None or final:
            return found
    return None


def _find_in(layer: Path, parts: Parts) -> tuple[int | None, bool]:
    """What a path leads to in one layer, and whether that hides the layers below it."""
    fd, hides = os.open(layer, _DIRECTORY), False
    for name in parts:
        hides = hides or _is_opaque(fd)
        try:
            below = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)
        except FileNotFoundError:
            return None, hides
        except NotADirectoryError:
            return None, True
        finally:
            os.close(fd)
        fd = below
    if is_whiteout(os.fstat(fd)):
        os.close(fd)
        return None, True
    return fd, True


def _is_opaque(fd: int) -> bool:
    try:
        return os.getxattr(f"/proc/self/fd/{fd}", OPAQUE) == b"y"
    except OSError:
        return False
