"""A sandbox whose daemon was forked: its first process is a child of the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from typing import TYPE_CHECKING, BinaryIO

from opensandbox.local.runtime.errors import LaunchFailed
from opensandbox.local.runtime.process import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import FileIO

    from opensandbox.local.runtime.stage import Stage
    from opensandbox.local.runtime.zygote import Zygote


_MOST_DESCRIPTORS = 250
"""How many the kernel passes in one message: 253, less a few."""


class ForkedProcess:
    """One forked daemon, which is the first process of its sandbox. The same to a box as `BoxProcess`."""

    def __init__(self, pid: int) -> None:
        loop = asyncio.get_running_loop()
        self.init_pid = pid
        self.mounts: int | None = None
        """A descriptor of the sandbox's mount namespace, for the owner to close: its end takes longer than that of the processes."""
        self.ended: asyncio.Future[int] = loop.create_future()
        self._init = os.pidfd_open(pid)
        loop.add_reader(self._init, self._has_ended)

    @classmethod
    def _of(cls, pid: int) -> ForkedProcess:
        """Watch a process that was just forked; one that cannot be watched is ended."""
        try:
            return cls(pid)
        except OSError:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise

    @classmethod
    async def start(
        cls,
        zygote: Zygote,
        order: Mapping[str, object],
        options: Sequence[str],
        *,
        inherited: Sequence[int],
        stage: Stage,
        complete: bool,
        log: BinaryIO,
        timeout: float,
    ) -> ForkedProcess:
        """Fork a daemon into a sandbox made with bubblewrap's `options`, and wait until it serves.

        `order` says what it becomes, as `birth` reads it. `inherited` are the descriptors that `options` name, `stage` is where
        bubblewrap runs.
        Raises LaunchFailed when it ends or stays silent for `timeout` seconds; then nothing is left running.
        """
        with contextlib.ExitStack() as lent:
            output, written = os.pipe()
            reader = lent.enter_context(os.fdopen(output, "rb", buffering=0))
            writer = lent.enter_context(os.fdopen(written, "wb", buffering=0))
            pid, channel = await zygote.fork(complete=complete, mounts=stage.mounts)
            lent.enter_context(channel)
            process = cls._of(pid)
            try:
                if stage.users is not None:
                    await uninterrupted(asyncio.to_thread(stage.users.ids.write, pid))
                _send(channel, order, options, [written, log.fileno()], inherited)
                writer.close()
                await process._until_ready(reader, timeout)
                _, mounts, _, _ = socket.recv_fds(channel, 1, 1, socket.MSG_CMSG_CLOEXEC)
                process.mounts = next(iter(mounts), None)  # none where the server has no descriptor left
            except BaseException:
                process.kill()
                await asyncio.shield(process.ended)
                raise
            lent.pop_all()
            channel.close()
            return process

    async def _until_ready(self, output: FileIO, timeout: float) -> None:
        ready = asyncio.get_running_loop().create_future()
        protocol = _Output(ready)
        self.ended.add_done_callback(lambda _: protocol.close())
        await uninterrupted(asyncio.get_running_loop().connect_read_pipe(lambda: protocol, output))
        await asyncio.wait((ready, self.ended), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if self.ended.done():
            raise LaunchFailed(f"the sandbox ended with status {self.ended.result()} before it was ready")
        if not ready.done():
            raise LaunchFailed(f"the sandbox was not ready after {timeout:g} s")

    def kill(self) -> None:
        """Kill every process inside; `ended` is set when the last one is gone. Harmless when repeated.

        The kernel takes a pid namespace down with its first process, and that one has ended when the others have.
        """
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init, signal.SIGKILL)

    async def all_gone(self) -> None:
        """Wait until nothing runs inside any more."""
        await asyncio.shield(self.ended)

    def _has_ended(self) -> None:
        result = os.waitid(os.P_PIDFD, self._init, os.WEXITED | os.WNOHANG)
        if result is None:
            return
        asyncio.get_running_loop().remove_reader(self._init)
        os.close(self._init)
        exited = result.si_code == os.CLD_EXITED
        self.ended.set_result(result.si_status if exited else 128 + result.si_status)


class _Output(asyncio.Protocol):
    """What the daemon prints: first that it is ready; the rest is read so that nobody inside can block on it."""

    def __init__(self, ready: asyncio.Future[None]) -> None:
        self._ready = ready
        self._said = b""
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if not self._ready.done():
            self._said = (self._said + data)[-4096:]
            if b"ready\n" in self._said:
                self._ready.set_result(None)


def _send(
    channel: socket.socket,
    order: Mapping[str, object],
    options: Sequence[str],
    streams: Sequence[int],
    inherited: Sequence[int],
) -> None:
    if 1 + len(streams) + len(inherited) > _MOST_DESCRIPTORS:
        raise LaunchFailed(f"the sandbox has {len(inherited)} mounts, too many for one; use fewer volumes")
    options_file = os.memfd_create("bwrap-options")
    try:
        os.write(options_file, b"".join(os.fsencode(option) + b"\0" for option in options))
        os.lseek(options_file, 0, os.SEEK_SET)
        content = json.dumps({**order, "inherited": list(inherited)}).encode()
        socket.send_fds(channel, [content], [options_file, *streams, *inherited])
    except ConnectionError as error:
        raise LaunchFailed("the sandbox ended before it was told what to be") from error
    finally:
        os.close(options_file)
