"""The server's side of the zygote: the one process that has the daemon loaded, and from which sandboxes are forked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
from typing import TYPE_CHECKING

from opensandbox.local.execd.forked.system import can_fork
from opensandbox.local.runtime.bubblewrap import ENVIRONMENT
from opensandbox.local.runtime.errors import LaunchFailed
from opensandbox.local.runtime.process import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from opensandbox.local.runtime.interpreter import Interpreter

log = logging.getLogger("opensandbox.local.runtime")

_MODULE = "opensandbox.local.execd.forked"
_ALL = b"all"
_PLAIN = b"fork"
_ANSWER_SECONDS = 20.0


class Zygote:
    """Forks processes into new user and pid namespaces. It is started when first needed, and again when it has ended.

    What it knows of this server is `mark`, the environment by which processes of a killed server are found, and `output`, the file that
    it prints to. Use it on the event loop's thread: what it forks ends with that.
    """

    def __init__(self, interpreter: Interpreter, mark: Mapping[str, str], output: Path) -> None:
        self._command = interpreter.outside(_MODULE)
        self._places = json.dumps(
            {"moves": interpreter.moves(), "executable": interpreter.executable}
        ).encode()
        self._environment = {**ENVIRONMENT, **mark}
        if libraries := os.environ.get("LD_LIBRARY_PATH"):
            self._environment["LD_LIBRARY_PATH"] = libraries  # the server's Python may not start without
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @staticmethod
    def missing() -> str | None:
        """Why sandboxes cannot be forked on this machine, None where they can."""
        return None if can_fork() else "forking is not known for this processor"

    @property
    def pid(self) -> int | None:
        """Its process, None before the first start."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it, unless it runs. It loads the daemon while the server goes on."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            log.warning("the process that sandboxes are forked from has ended; starting another")
        self.close()
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        with far, self._output.open("ab") as output:
            near.send(self._places)
            self._process = subprocess.Popen(
                [*self._command, str(far.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                cwd="/",
                pass_fds=[far.fileno()],
            )
        self._control = near

    async def fork(self, *, complete: bool, mounts: int | None = None) -> tuple[int, socket.socket]:
        """A new process of this server's, and a socket to `birth.become_daemon` in it; the caller closes it and waits for the process.

        `complete` says that it cannot load modules later, `mounts` is the mount namespace that it begins in, if not this one. Raises LaunchFailed when two zygotes in a row end.
        """
        for _ in range(2):
            self.start()
            with contextlib.suppress(ConnectionError):
                return await uninterrupted(self._ask(_ALL if complete else _PLAIN, mounts), _end)
        raise LaunchFailed("the process that sandboxes are forked from ended twice")

    async def _ask(self, message: bytes, mounts: int | None) -> tuple[int, socket.socket]:
        assert self._control is not None
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        try:
            with far:
                passed = [far.fileno(), *(() if mounts is None else (mounts,))]
                socket.send_fds(self._control, [message], passed)
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    answer = await asyncio.get_running_loop().sock_recv(near, 4096)
            except TimeoutError:
                self.close()  # it is stopped, or worse
                answer = b""
            if not answer:
                raise ConnectionResetError("the zygote has ended")
            if not answer.isdigit():
                raise LaunchFailed(answer.decode(errors="replace"))
        except BaseException:
            near.close()
            raise
        return int(answer), near

    def close(self) -> None:
        """End it. What it forked goes on."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _end(forked: tuple[int, socket.socket]) -> None:
    """End a process that nobody waits for any more, right after its birth."""
    pid, channel = forked
    channel.close()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
