"""The state directory: who owns it, how it is laid out, and what a killed server left in it.

lock                     held for as long as a server runs
base/                    lower layers shared by all sandboxes, rebuilt at each start
sandboxes/<name>/        one sandbox
    upper/ work/         what it wrote, one directory per overlay
    sock/                visible inside, where the daemon listens; not trusted afterwards
    execd.sock control.sock   the daemon's sockets, out of the sandbox's reach
    execd.log            what the daemon printed
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import select
import signal
import stat
from pathlib import Path

from opensandbox.local.runtime.errors import StateDirBusy

_SOCKET_PATH_LIMIT = 107
_LONGEST = "/sandboxes/123456789012/control.sock"
SOCKETS = ("execd.sock", "control.sock")


class StateDir:
    """A private directory that one server at a time works in.

    Raises ValueError when the path is too long to hold sockets, or has characters that mount options cannot carry.
    """

    def __init__(self, path: Path) -> None:
        # One directory has one name: it marks the processes that belong to it.
        self.path = path.resolve()
        if (excess := len(os.fsencode(self.path)) + len(_LONGEST) - _SOCKET_PATH_LIMIT) > 0:
            raise ValueError(
                f"state directory {self.path} is {excess} bytes too long to hold sockets; use a shorter one"
            )
        if bad := unmountable(self.path):
            raise ValueError(f"state directory {str(self.path)!r} contains {bad!r}; choose a plainer name")
        self.base = self.path / "base"
        self.sandboxes = self.path / "sandboxes"
        # The same at every start, so that the groups of a killed server are found again.
        self.group_name = f"opensandbox-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]}"
        # All that bubblewrap gets of an environment: its first process keeps it readable inside.
        self.environment = {"OPENSANDBOX_STATE_DIR": str(self.path)}
        self._lock: int | None = None

    def acquire(self) -> None:
        """Create the directory, private, and take its lock.

        Raises StateDirBusy when another server has it, PermissionError when it belongs to somebody else.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.path.stat().st_uid != os.geteuid():
            raise PermissionError(
                f"state directory {self.path} belongs to another user; choose one of your own"
            )
        self.path.chmod(0o700)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(lock, 32).decode(errors="replace").strip()
            os.close(lock)
            raise StateDirBusy(
                f"state directory {self.path} is in use by the server with pid {owner or 'unknown'}; "
                "stop that server or choose another directory"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        self._lock = lock
        self.sandboxes.mkdir(mode=0o700, exist_ok=True)

    def release(self) -> None:
        """Give the lock back. Harmless when it is not held."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def kill_leftovers(self) -> None:
        """Kill processes of an earlier server's sandboxes and wait until they are gone.

        They are found by the environment that they were started with: no recorded pid can be stale or missing, and
        even one that had not mounted anything yet is recognised.
        """
        (mark,) = (os.fsencode(f"{name}={value}") for name, value in self.environment.items())
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                process = os.pidfd_open(int(name))
                try:
                    if mark in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                        signal.pidfd_send_signal(process, signal.SIGKILL)
                        _wait_for_end(process)
                finally:
                    os.close(process)

    def leftovers(self) -> list[Path]:
        """Directories of an earlier server's sandboxes."""
        return list(self.sandboxes.iterdir())


def unmountable(path: Path) -> str | None:
    """Return a character of the path that mount options cannot carry, if it has one."""
    return min(set(str(path)) & set(',:\\\n"'), default=None)


def pin_socket(shared: Path, private: Path) -> None:
    """Give the socket `shared` a second name that the sandbox cannot touch.

    The sandbox may later put a link to some socket of the host in its place; whoever connects by the second name
    still reaches the daemon. Raises OSError when `shared` is not a socket.
    """
    os.link(shared, private, follow_symlinks=False)
    if not stat.S_ISSOCK(private.lstat().st_mode):
        private.unlink()
        raise OSError(f"{shared} is not a socket")


def _wait_for_end(process: int, timeout: float = 10.0) -> None:
    poller = select.poll()
    poller.register(process, select.POLLIN)
    poller.poll(timeout * 1000)
