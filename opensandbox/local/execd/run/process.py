"""Child processes: start, wait, signal the group, read the output.

Exit is seen through a pidfd in the event loop, so no thread waits and no other child is reaped by accident.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import functools
import os
import signal
import struct
import subprocess
import termios
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.argument_limits import MAX_ARGUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from opensandbox.local.execd.run.environment import Identity

INTERRUPT_GRACE = 3.0
READ_SIZE = 256 << 10
SHELLS = ("bash", "sh")

_children: set[int] = set()


class Process:
    """A running child that leads its own session and process group.

    `exited` becomes its return code: the exit status, or minus the number of the signal that ended it.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = loop.create_future()
        self._holds = 0
        self._pidfd = os.pidfd_open(pid)
        loop.add_reader(self._pidfd, self._on_exit)

    @property
    def running(self) -> bool:
        """Whether the leader of the group is alive."""
        return not self.exited.done()

    def signal_group(self, number: int) -> None:
        """Send a signal to every process of the group; nothing happens once the leader has been reaped."""
        if self._holds or self.running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    async def interrupt(self) -> None:
        """Ask the group to end (SIGTERM), kill what is left of it after three seconds; returns when the leader is gone."""
        self._holds += 1
        self.signal_group(signal.SIGTERM)
        asyncio.get_running_loop().call_later(INTERRUPT_GRACE, self._finish_interrupt)
        await asyncio.shield(self.exited)

    def _finish_interrupt(self) -> None:
        self.signal_group(signal.SIGKILL)
        self._holds -= 1
        if not self.running and not self._holds:
            self._reap()

    def _on_exit(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        status = 255 if found is None else found.si_status
        self.exited.set_result(status if found is None or found.si_code == os.CLD_EXITED else -status)
        if not self._holds:  # a held zombie keeps its number from being given to another group
            self._reap()

    def _reap(self) -> None:
        os.waitpid(self.pid, 0)
        _children.discard(self.pid)


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str,
    stdout: int,
    stderr: int,
    stdin: int = subprocess.DEVNULL,
    identity: Identity | None = None,
    pass_fds: Sequence[int] = (),
) -> Process:
    """Start a program in a session of its own. OSError when it cannot be started.

    Where `cwd` is gone it starts in `/` and says so on `stderr`, as shells do: otherwise nothing could run any more that
    makes the directory again. A script for a shell that is too long to be an argument goes by a file.
    """
    with _fitting(argv) as (fitting, scripts):
        start = functools.partial(
            subprocess.Popen,
            fitting,
            env=env,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            user=None if identity is None else identity.uid,
            group=None if identity is None else identity.gid,
            extra_groups=None if identity is None else list(identity.groups),
            pass_fds=(*pass_fds, *scripts),
        )
        try:
            child = start(cwd=cwd)
        except (FileNotFoundError, NotADirectoryError) as error:
            if error.filename != cwd:
                raise
            if stderr >= 0:
                # It may be a pipe that nobody has begun to read, but it is empty.
                os.write(stderr, os.fsencode(f"the working directory {cwd} is gone; going on in /\n"))
            child = start(cwd="/")
    child.returncode = 0  # it is `Process` that reaps; keeps Popen from warning and from waiting
    _children.add(child.pid)
    return Process(child.pid)


@contextlib.contextmanager
def _fitting(argv: Sequence[str]) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """Lend what to start, and the descriptors that it reads from: the kernel takes no argument above MAX_ARGUMENT."""
    shell = os.path.basename(argv[0])
    if (
        len(argv) < 3
        or shell not in SHELLS
        or argv[1] != "-c"
        or len(script := os.fsencode(argv[2])) <= MAX_ARGUMENT
    ):
        yield list(argv), ()
        return
    with os.fdopen(os.memfd_create("script"), "r+b") as file:
        number = file.fileno()
        # Closed for what the script starts, on its first line, so that lines are counted as in it. Other shells know no
        # numbers of two digits.
        file.write((b"exec %d<&-; " % number if shell == "bash" else b"") + script)
        file.flush()
        yield [argv[0], "-c", f". /proc/self/fd/{number}", *(argv[3:] or [argv[0]])], (number,)


def reap_orphans() -> None:
    """Collect dead processes that were handed to this one as init, leaving the children it started alone."""
    own = str(os.getpid())
    for number in Path(f"/proc/{own}/task/{own}/children").read_text().split():
        if int(number) not in _children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(number), os.WNOHANG)


class OutputPipe:
    """The reading end of a pipe that a program writes to, made here, or of a terminal, given as `fd`.

    `take` gets the bytes, at the end an empty piece; while `hold` is true the program has to wait. After `finish` the pipe is still emptied, so
    that processes which outlive their leader can go on writing, but nothing is taken any more.
    """

    def __init__(
        self, take: Callable[[bytes], None], hold: Callable[[], bool], *, fd: int | None = None
    ) -> None:
        self._take: Callable[[bytes], None] | None = take
        self._hold = hold
        self._fd, self.write_end = os.pipe2(os.O_CLOEXEC) if fd is None else (fd, -1)
        os.set_blocking(self._fd, False)
        self._loop = asyncio.get_running_loop()
        self._reading = False

    def start(self) -> None:
        """Begin to read; call it once the program has its copy of `write_end`."""
        os.close(self.write_end)
        self.resume()

    def discard(self) -> None:
        """Give the pipe up: no program was started."""
        os.close(self.write_end)
        os.close(self._fd)
        self._fd = -1

    def resume(self) -> None:
        """Read on after a hold."""
        if not self._reading and self._fd >= 0:
            self._reading = True
            self._loop.add_reader(self._fd, self._on_readable)

    def flush(self) -> None:
        """Take what is in the pipe at this moment, without waiting and whatever `hold` says."""
        if self._fd >= 0 and self._take is not None:
            waiting = fcntl.ioctl(self._fd, termios.FIONREAD, b"\0\0\0\0")
            (size,) = struct.unpack("i", waiting)
            if size:
                self._take(os.read(self._fd, size))

    def finish(self) -> None:
        """Take what is in the pipe at this moment, then only empty it."""
        if self._take is None:
            return
        self.flush()
        self._take(b"")
        self._take = None
        self.resume()

    def close(self) -> None:
        """Stop emptying the pipe; its writers get a broken pipe."""
        if self._fd >= 0:
            self._pause()
            os.close(self._fd)
            self._fd = -1

    def _on_readable(self) -> None:
        try:
            data = os.read(self._fd, READ_SIZE)
        except BlockingIOError:  # `finish` came first
            return
        except OSError:  # how a terminal says that nobody has it open any more
            data = b""
        if not data:
            self.close()
        elif self._take is not None:
            self._take(data)
            if self._hold():
                self._pause()

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)
