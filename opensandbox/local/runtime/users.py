"""Users of sandboxes: one, or a range of ids that belong to nobody on this machine.

The ids of a user namespace are written from outside, by root or by the program `newuidmap`, while a process waits in it. What
is kept is a descriptor of the namespace. It is lent to one sandbox after the other, since making it costs some milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from opensandbox.local.runtime.errors import LaunchFailed

if TYPE_CHECKING:
    from opensandbox.local.settings import UsersInside

COUNT = 1 << 16
# Where systemd takes the ids of containers from, out of reach of accounts.
_LOWEST, _HIGHEST = 0x00080000, 0x6FFFFFFF
_TIMEOUT = 10.0

Ids = tuple[tuple[int, int, int], ...]
"""Lines of a map: the first id inside, the first outside, and how many."""


class RangeUnavailable(LaunchFailed):
    """There are no ids for users of sandboxes; the message says why."""


@dataclass(frozen=True, slots=True)
class IdMap:
    """What the ids of users and groups in a user namespace are outside."""

    users: Ids
    groups: Ids

    def write(self, pid: int) -> None:
        """Give these ids to the new user namespace of a process. Raises RangeUnavailable."""
        for name, ids in (("uid", self.users), ("gid", self.groups)):
            if os.geteuid() == 0:
                try:
                    Path(f"/proc/{pid}/{name}_map").write_text(
                        "\n".join(" ".join(map(str, line)) for line in ids)
                    )
                except OSError as error:
                    raise RangeUnavailable(
                        f"the ids of a user namespace cannot be written: {error.strerror}"
                    ) from error
            else:
                _run(f"new{name}map", str(pid), *(str(number) for line in ids for number in line))


class UserNamespace:
    """A user namespace with a range of ids, kept by a descriptor until `close`."""

    def __init__(self, ids: IdMap) -> None:
        self.ids = ids
        self.descriptor = _new_namespace(ids)
        self._owned: dict[tuple[int, int], int] = {}

    @property
    def shifted(self) -> bool:
        """Whether root inside is nobody outside, so that what is root's has to be mounted as root's of the sandbox."""
        return self.ids.users[0][1] != os.geteuid()

    def seen_by_owner(self, uid: int, gid: int) -> int:
        """A namespace for mounts in which a user of the host's is root of the sandbox, and the others lie as ids of the range."""
        if uid == 0:
            return self.descriptor
        if (uid, gid) not in self._owned:
            (_, first, count) = self.ids.users[0]
            others = (first + 1, first + 1, count - 1)
            self._owned[uid, gid] = _new_namespace(
                IdMap(((uid, first, 1), others), ((gid, first, 1), others))
            )
        return self._owned[uid, gid]

    def enter(self, mounts: int | None = None) -> list[str]:
        """The command that precedes one to be run as root of this namespace, in the mount namespace `mounts`."""
        # Not by descriptors of its own: nobody would close them, and what runs inside could leave by them.
        own = f"/proc/{os.getpid()}/fd"
        command = ["nsenter", f"--user={own}/{self.descriptor}", "--setuid", "0", "--setgid", "0"]
        if mounts is not None:
            command.append(f"--mount={own}/{mounts}")
        return [*command, "--"]

    def close(self) -> None:
        """Let go of the descriptors."""
        for descriptor in (self.descriptor, *self._owned.values()):
            os.close(descriptor)


class Users:
    """The user namespaces of one server; with `kind` "one" no sandbox gets one."""

    def __init__(self, kind: UsersInside) -> None:
        self.reason = "the server is told so (users=one)" if kind == "one" else None
        """Why sandboxes have one user; None where they have more."""
        self.keeper: UserNamespace | None = None
        """The namespace to look after the files of all sandboxes in, where this machine has a range of ids."""
        self._idle: list[UserNamespace] = []
        self._lent: set[UserNamespace] = set()
        self._next_block = 0
        self._lock = threading.Lock()

    def find(self, state_dir: Path) -> None:
        """Find out what this machine can do for a server in `state_dir`."""
        self._next_block = crc32(os.fsencode(state_dir))
        try:
            # Also for one user: a server before this one may have left files of others.
            self.keeper = UserNamespace(self._next_ids())
        except RangeUnavailable as error:
            self.reason = self.reason or str(error)

    def lend(self) -> UserNamespace | None:
        """A user namespace that no other sandbox has; None where there is one user. May take some milliseconds."""
        if self.reason is not None:
            return None
        # Several threads may be here at once.
        with self._lock:
            made = self._idle.pop() if self._idle else self._next_ids()
        namespace = UserNamespace(made) if isinstance(made, IdMap) else made
        self._lent.add(namespace)
        return namespace

    def give_back(self, namespace: UserNamespace | None) -> None:
        """Take a namespace back in which nothing runs any more. Harmless when repeated."""
        if namespace in self._lent:
            self._lent.remove(namespace)
            self._idle.append(namespace)

    def close(self) -> None:
        """Let go of all namespaces."""
        for namespace in (*self._idle, *self._lent, *filter(None, [self.keeper])):
            namespace.close()
        self._idle.clear()
        self._lent.clear()
        self.keeper = None

    def _next_ids(self) -> IdMap:
        for program in ("unshare", "nsenter"):
            if shutil.which(program) is None:
                raise RangeUnavailable(f"the program {program} of util-linux is missing")
        if os.geteuid() != 0:
            return _subordinate_ids()
        taken = _ids_of_others()
        blocks = (_HIGHEST - _LOWEST) // COUNT
        for _ in range(blocks):
            first = _LOWEST + self._next_block % blocks * COUNT
            self._next_block += 1
            if not any(begin < first + COUNT and first < begin + count for begin, count in taken):
                ids = ((0, first, COUNT),)
                return IdMap(ids, ids)
        raise RangeUnavailable("all ids are taken")


def _subordinate_ids() -> IdMap:
    for program in ("newuidmap", "newgidmap"):
        if shutil.which(program) is None:
            raise RangeUnavailable(f"the program {program} is missing; install the package uidmap")
    users, groups = (_subordinate(Path("/etc", name)) for name in ("subuid", "subgid"))
    # Root inside is whoever runs the server, so files that it writes to volumes are that user's.
    return IdMap(
        ((0, os.geteuid(), 1), (1, users, COUNT - 1)),
        ((0, os.getegid(), 1), (1, groups, COUNT - 1)),
    )


def _subordinate(table: Path) -> int:
    """The first of this user's ids in a table of subordinate ids."""
    names = {str(os.geteuid())}
    with contextlib.suppress(KeyError):
        names.add(pwd.getpwuid(os.geteuid()).pw_name)
    for name, first, count in _rows(table):
        if name in names and count >= COUNT - 1:
            return first
    raise RangeUnavailable(f"{table} has no {COUNT - 1} ids for user {min(names)}; see usermod --add-subuids")


def _ids_of_others() -> list[tuple[int, int]]:
    """Ids that belong to somebody on this machine, as the first one and how many."""
    rows = [row for name in ("subuid", "subgid") for row in _rows(Path("/etc", name))]
    return [(first, count) for _, first, count in rows] + [(user.pw_uid, 1) for user in pwd.getpwall()]


def _rows(table: Path) -> list[tuple[str, int, int]]:
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return []
    fields = (line.split(":") for line in lines)
    return [
        (row[0], int(row[1]), int(row[2]))
        for row in fields
        if len(row) == 3 and row[1].isdigit() and row[2].isdigit()
    ]


def _new_namespace(ids: IdMap) -> int:
    """Make a user namespace with these ids and return its descriptor. Raises RangeUnavailable."""
    with subprocess.Popen(
        ["unshare", "--user", "--", "/bin/sh", "-c", "echo; read _"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        if not process.stdout.readline():
            raise RangeUnavailable(process.stderr.read().decode(errors="replace").strip())
        ids.write(process.pid)
        return os.open(f"/proc/{process.pid}/ns/user", os.O_RDONLY)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RangeUnavailable(f"{command[0]} failed: {error}") from error
    if done.returncode:
        raise RangeUnavailable(f"{command[0]} failed: {done.stderr.strip()}")
