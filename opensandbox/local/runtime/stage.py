"""Directories of this machine, mounted so that what is root's there is root's of a sandbox, whose root is nobody on this machine.

The kernel calls them idmapped mounts, and only the host's root makes them. They are put into a mount namespace that nothing but a descriptor
holds, so nothing stays on this machine however the server ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
import struct
import threading
from typing import TYPE_CHECKING, Self

from opensandbox.local.runtime.bubblewrap import CAPABILITIES
from opensandbox.local.runtime.errors import LaunchFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opensandbox.local.runtime.users import UserNamespace

# A directory of every machine that everybody may look into. What this machine has there is out of sight in the new namespace.
_TOP = "/tmp"  # noqa: S108
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442  # the same on every processor
_CLONE, _CLOSE_ON_EXEC, _EMPTY_PATH, _RECURSIVE = 1, os.O_CLOEXEC, 0x1000, 0x8000
_FROM_DESCRIPTOR = 4
_IDMAP = 0x100000
_NEW_MOUNTS, _PRIVATE_TREE = 0x20000, 0x44000
_libc = ctypes.CDLL(None, use_errno=True)


class Stage:
    """Where bubblewrap finds the directories of one sandbox. Use it as a context manager, which closes descriptors.

    Without a namespace, or with one whose root is this very user, that is where they are.
    """

    def __init__(self, users: UserNamespace | None, bwrap: Path) -> None:
        self.users = users
        self.mounts: int | None = None
        """The namespace to run bubblewrap in, after `build`."""
        self._trees: list[int] = []
        self._places: dict[str, str] = {}
        self._bwrap = bwrap

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget()
        if self.mounts is not None:
            os.close(self.mounts)

    def place(self, source: Path | str) -> str:
        """The path by which bubblewrap finds a file or directory. Raises LaunchFailed where its file system cannot be mounted so."""
        source = str(source)
        if self.users is None or not self.users.shifted:
            return source
        if source not in self._places:
            try:
                with _opened(source) as descriptor:
                    self._places[source] = self._add(descriptor, self.users.descriptor, 0)
            except OSError as error:
                raise LaunchFailed(
                    f"{source} cannot be mounted for the users of a sandbox: {error.strerror}; move it to ext4, xfs or btrfs, "
                    "or start the server with users=one"
                ) from error
        return self._places[source]

    def place_mount(self, descriptor: int, *, private: bool) -> str | None:
        """The path of an open source of a mount, None where bubblewrap can use the descriptor.

        One that is not `private` belongs to somebody on this machine, who is root inside there. Where its file system cannot do that, it is
        mounted as it is.
        """
        if self.users is None or not self.users.shifted:
            return None
        facts = os.fstat(descriptor)
        users = self.users.descriptor if private else self.users.seen_by_owner(facts.st_uid, facts.st_gid)
        try:
            return self._add(descriptor, users, _RECURSIVE)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return self._add(descriptor, None, _RECURSIVE)

    def build(self) -> None:
        """Put everything into the new mount namespace. Raises OSError."""
        if self._trees and self.program:
            self.mounts = _with_trees(self._trees)
            self._forget()

    @property
    def command(self) -> list[str]:
        """What runs bubblewrap there, as root of the sandbox's users."""
        return [*(self.users.enter(self.mounts) if self.users else ()), self.program]

    @property
    def program(self) -> str:
        """The path of bubblewrap there, once it is built. The one of a package has its libraries beside it."""
        if self._bwrap.parent.name != "_bin":
            return self.place(self._bwrap)
        site = self._bwrap.parents[2]
        return f"{self.place(site)}/{self._bwrap.relative_to(site)}"

    @property
    def daemon_arguments(self) -> list[str]:
        """What a daemon is told that bubblewrap starts there."""
        if self.users is None:
            return []
        return ["--keep-capabilities", ",".join(map(str, CAPABILITIES.values()))]

    def _add(self, source: int, users: int | None, recursive: int) -> str:
        flags = _CLONE | _CLOSE_ON_EXEC | _EMPTY_PATH | recursive
        tree = _checked(_libc.syscall(_OPEN_TREE, source, b"", flags), "clone a mount")
        try:
            if users is not None:
                attributes = struct.pack("QQQQ", _IDMAP, 0, 0, users)
                arguments = (tree, b"", _EMPTY_PATH | recursive, attributes, len(attributes))
                _checked(_libc.syscall(_MOUNT_SETATTR, *arguments), "mount it for other users")
        except BaseException:
            os.close(tree)
            raise
        self._trees.append(tree)
        return f"{_TOP}/{len(self._trees) - 1}"

    def _forget(self) -> None:
        for tree in self._trees:
            os.close(tree)
        self._trees.clear()


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _with_trees(trees: list[int]) -> int:
    """A mount namespace with these trees at /tmp/0, /tmp/1 and so on. Raises OSError."""
    answer: list[int | BaseException] = []

    def work() -> None:
        try:
            _checked(_libc.unshare(_NEW_MOUNTS), "make a mount namespace")
            _checked(_libc.mount(b"none", b"/", None, _PRIVATE_TREE, None), "keep mounts private")
            _checked(_libc.mount(b"stage", _TOP.encode(), b"tmpfs", 0, b"mode=755"), "mount a tmpfs")
            for number, tree in enumerate(trees):
                _move(tree, f"{_TOP}/{number}")
            answer.append(os.open("/proc/thread-self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC))
        except BaseException as error:
            answer.append(error)

    # Of the threads of this process, this one alone sees the namespace.
    thread = threading.Thread(target=work, name="opensandbox-mounts")
    thread.start()
    thread.join()
    if isinstance(answer[0], BaseException):
        raise answer[0]
    return answer[0]


def _move(tree: int, place: str) -> None:
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        os.mkdir(place)
    else:
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
    arguments = (tree, b"", -100, place.encode(), _FROM_DESCRIPTOR)
    _checked(_libc.syscall(_MOVE_MOUNT, *arguments), f"mount at {place}")


def _checked(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"cannot {what}: {os.strerror(error)}")
    return result
