"""Start bubblewrap, notice when the daemon inside is ready, and when all of it has ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from opensandbox.local.runtime.errors import LaunchFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from pathlib import Path

Result = TypeVar("Result")

_POLL = 0.05

# The first process joins its groups before bubblewrap makes namespaces, so that the sandbox's cgroup namespace
# starts at its own group and the server's group is out of its sight.
_JOIN = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 71; shift; done; shift; exec "$@"'


async def uninterrupted(
    work: Coroutine[Any, Any, Result], undo: Callable[[Result], object] | None = None
) -> Result:
    """Await `work` to its end, also when cancelled meanwhile, and only then pass the cancellation on.

    `undo` is called with the result that a cancelled caller does not get.
    asyncio waits for ever when the start of a subprocess is cancelled before its pipes are connected.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if undo is not None:
            task.add_done_callback(lambda done: _undo(done, undo))  # also when cancelled once more
        await asyncio.wait({task})
        raise


def _undo(done: asyncio.Future[Result], undo: Callable[[Result], object]) -> None:
    if not done.cancelled() and done.exception() is None:
        undo(done.result())


async def run_to_end(
    bwrap: Path,
    options: Sequence[str],
    command: Sequence[str],
    *,
    output: BinaryIO,
    timeout: float,
    inherited: Sequence[int] = (),
) -> int:
    """Run `command` under bubblewrap, with a pid namespace of its own, and return its exit status.

    `inherited` are the descriptors that `options` name. Raises TimeoutError after `timeout` seconds. Then, and when cancelled, nothing is left running.
    """
    options_file = _options_file(options)
    try:
        info_read, info_write = os.pipe()
    except BaseException:
        os.close(options_file)
        raise
    try:
        # Not asyncio's way: its start cannot be cancelled, and the event loop's thread is what bubblewrap lives with.
        process = subprocess.Popen(  # noqa: ASYNC220
            [bwrap, "--args", str(options_file), "--info-fd", str(info_write), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={},
            pass_fds=(options_file, info_write, *inherited),
        )
        os.close(info_write)
        try:
            async with asyncio.timeout(timeout):
                while (status := process.poll()) is None:
                    await asyncio.sleep(_POLL)
            return status
        finally:
            if process.poll() is None:
                _kill_inside(info_read)
                process.wait()
    finally:
        os.close(info_read)
        os.close(options_file)


def _options_file(options: Sequence[str]) -> int:
    """Write bubblewrap's options where only it can read them, and return the descriptor."""
    options_file = os.memfd_create("bwrap-options")
    try:
        os.write(options_file, b"".join(os.fsencode(option) + b"\0" for option in options))
        os.lseek(options_file, 0, os.SEEK_SET)
    except BaseException:
        os.close(options_file)
        raise
    return options_file


def _kill_inside(info: int) -> None:
    """Kill the first process inside: the kernel takes the others down with it, before bubblewrap sees its end."""
    with contextlib.suppress(ValueError, ProcessLookupError):  # ValueError: bubblewrap ended without a word
        os.kill(int(json.loads(os.read(info, 4096))["child-pid"]), signal.SIGKILL)


class BoxProcess(asyncio.SubprocessProtocol):
    """One running bubblewrap.

    `--die-with-parent` ties it to the *thread* that started it: start it on the event loop's thread, which lives
    as long as the server.
    """

    mounts = None
    """As in `ForkedProcess`: the end of this one is the end of its mounts."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self._transport: asyncio.SubprocessTransport | None = None
        self._said = b""
        self._init: int | None = None  # pidfd of the first process inside
        self._lifeline: int | None = None
        self.init_pid = 0

    @classmethod
    async def start(
        cls,
        bwrap: Sequence[str],
        options: Sequence[str],
        command: Sequence[str],
        *,
        join: Sequence[Path],
        environment: Mapping[str, str],
        log: BinaryIO,
        timeout: float,
        inherited: Sequence[int] = (),
    ) -> BoxProcess:
        """Start `command` under bubblewrap and wait until it prints the line `ready`.

        `bwrap` is the command that runs bubblewrap. `inherited` are the descriptors that `options` name; bubblewrap closes them before the command runs.
        `environment` is bubblewrap's own, not that of the command, yet can be read inside: no secrets.
        Raises LaunchFailed when it ends or stays silent for `timeout` seconds; then nothing is left running.
        """
        with contextlib.ExitStack() as lent:
            info_read, info_write = os.pipe()
            lent.callback(os.close, info_read)
            lent.callback(os.close, info_write)
            os.set_blocking(info_read, False)
            # Options travel through a file: the command line stays short, and the sandbox cannot read host paths in it.
            options_file = _options_file(options)
            lent.callback(os.close, options_file)
            argv = [*bwrap, "--args", str(options_file), "--info-fd", str(info_write), "--", *command]
            if join:
                argv = ["/bin/sh", "-c", _JOIN, "sh", *map(str, join), "--", *argv]
            process = cls()
            # bubblewrap ties the processes inside to its own life only after it has mounted everything. Should it be
            # killed before that, the daemon finds this pipe closed and does not start.
            stdin, process._lifeline = os.pipe()
            start = asyncio.get_running_loop().subprocess_exec(
                lambda: process,
                *argv,
                stdin=stdin,
                env=environment,
                stderr=log,
                pass_fds=(options_file, info_write, *inherited),
            )
            try:
                try:
                    await uninterrupted(start)
                finally:
                    os.close(stdin)
                await process._until_ready(timeout)
            except BaseException:
                process._meet_init(info_read)
                process.kill()
                if process._transport:
                    await asyncio.shield(process.ended)
                raise
            process._meet_init(info_read)
            return process

    async def _until_ready(self, timeout: float) -> None:
        first: set[asyncio.Future[Any]] = {self._ready, self.ended}
        await asyncio.wait(first, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if self.ended.done():
            raise LaunchFailed(f"the sandbox ended with status {self.ended.result()} before it was ready")
        if not self._ready.done():
            raise LaunchFailed(f"the sandbox was not ready after {timeout:g} s")

    def _meet_init(self, info: int) -> None:
        with contextlib.suppress(OSError, ValueError):  # nothing there yet: bubblewrap failed early
            self.init_pid = int(json.loads(os.read(info, 4096))["child-pid"])
            self._init = os.pidfd_open(self.init_pid)

    def kill(self) -> None:
        """Kill every process inside; `ended` is set when the last one is gone. Harmless when repeated.

        The kernel takes a pid namespace down with its first process, whose end bubblewrap waits for. Killing
        bubblewrap itself would work as well, but then nobody would know when the rest is gone.
        """
        self._cut_lifeline()
        if self.ended.done() or self._transport is None:
            return
        if self._init is None:
            self._transport.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init, signal.SIGKILL)

    async def all_gone(self) -> None:
        """Wait until nothing runs inside any more; bubblewrap itself may still do."""
        if self._init is None or self.ended.done():
            return
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        watched = os.dup(self._init)
        loop.add_reader(watched, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(watched)
            os.close(watched)

    def _cut_lifeline(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Called by the event loop; what comes after `ready` is drained, so that nobody inside can block on it."""
        if not self._ready.done():
            self._said = (self._said + data)[-4096:]
            if b"ready\n" in self._said:
                self._ready.set_result(None)

    def process_exited(self) -> None:
        """Called by the event loop."""
        assert self._transport is not None
        status = self._transport.get_returncode()
        if not self.ended.done():
            self.ended.set_result(status if status is not None else -1)
        self._transport.close()
        self._cut_lifeline()
        if self._init is not None:
            os.close(self._init)
            self._init = None
