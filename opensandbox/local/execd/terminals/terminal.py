"""A terminal session: a shell behind a pseudo-terminal or pipes, and the last megabyte of what it wrote."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import termios
from collections import deque
from typing import TYPE_CHECKING

from opensandbox.local.execd.run.process import OutputPipe, Process, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RING_SIZE = 1 << 20
CHUNK_SIZE = 32 << 10
MAX_LAG = RING_SIZE // 2
MAX_INPUT = 1 << 20
ENDING_SECONDS = 1.0
STDOUT, STDERR = 1, 2

# A session leader without a terminal gets the one it opens: the shell is started through this, so that it has job control.
_ADOPT = 'exec "$@" <>"$0" >&0 2>&0'


class Ring:
    """The newest output, in chunks that remember their stream and their offset."""

    def __init__(self) -> None:
        self.end = 0
        self._chunks: deque[tuple[int, int, bytes]] = deque()

    def add(self, stream: int, data: bytes) -> None:
        """Append output; the oldest chunks make room."""
        for start in range(0, len(data), CHUNK_SIZE):
            chunk = data[start : start + CHUNK_SIZE]
            self._chunks.append((self.end, stream, chunk))
            self.end += len(chunk)
        while self._chunks and self.end - self._chunks[0][0] > RING_SIZE:
            self._chunks.popleft()

    def since(self, offset: int) -> tuple[int, int, bytes] | None:
        """Return offset, stream and bytes of the first kept piece at or after `offset`; None at the end."""
        for start, stream, chunk in self._chunks:
            if start + len(chunk) > offset:
                skip = max(offset - start, 0)
                return start + skip, stream, chunk[skip:]
        return None

    def replay(self, offset: int) -> tuple[int, bytes]:
        """Return everything kept from `offset` on, whatever its stream, and where that begins."""
        kept = [(start, chunk) for start, _, chunk in self._chunks if start + len(chunk) > offset]
        if not kept:
            return self.end, b""
        begin = max(offset, kept[0][0])
        return begin, b"".join(chunk for _, chunk in kept)[begin - kept[0][0] :]


class Room(asyncio.BaseProtocol):
    """Tells when there is room for more input."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()

    def pause_writing(self) -> None:
        """The shell does not read as fast as its client writes."""
        self.free.clear()

    def resume_writing(self) -> None:
        """It has read on."""
        self.free.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """It will read no more."""
        self.free.set()


class Terminal:
    """A shell that clients look at through a ring; `changed` is set on output and at the end."""

    def __init__(self, argv: Sequence[str], cwd: str) -> None:
        self._argv = argv
        self._cwd = cwd
        self.ring = Ring()
        self.process: Process | None = None
        self.ended = False
        self.lag: Callable[[], int] = lambda: 0  # how far the holder is behind
        self._watchers: set[asyncio.Event] = set()
        self._master = -1
        self._outputs: list[OutputPipe] = []
        self._input: asyncio.WriteTransport | None = None
        self._room: Room | None = None
        self._outlives_input = False

    @property
    def running(self) -> bool:
        """Whether the shell was started and has not ended."""
        return self.process is not None and not self.ended

    @property
    def exit_code(self) -> int:
        """The exit status, -1 after a signal; only once it has ended."""
        return max(self.process.exited.result(), -1) if self.process is not None else -1

    async def start(self, env: dict[str, str], *, pty: bool) -> None:
        """Start the shell. OSError when that fails."""
        ours = self._start_on_terminal(env) if pty else self._start_on_pipes(env)
        if self.process is not None:
            self.process.exited.add_done_callback(self._on_exit)
        self._input, self._room = await asyncio.get_running_loop().connect_write_pipe(
            Room, os.fdopen(ours, "wb", buffering=0)
        )

    async def ends(self) -> bool:
        """Return whether the shell has ended, or does so right now: its terminal is closed a moment before its end is known."""
        if self.process is None:
            return False
        closed = self._input is None or self._input.is_closing()
        if closed and not self._outlives_input:
            await asyncio.wait({self.process.exited}, timeout=ENDING_SECONDS)
            # Not waited for again: an interrupt may come behind what is typed.
            self._outlives_input = not self.process.exited.done()
        return self.process.exited.done()

    async def room(self) -> None:
        """Wait until a shell on pipes has read most of its input; on a terminal Ctrl-C must not wait behind what nobody reads."""
        if self._room is not None and self._master < 0:
            await self._room.free.wait()

    def write(self, data: bytes) -> bool:
        """Pass input to the shell; False when it does not read it."""
        if self._input is None or self._input.is_closing() or self._input.get_write_buffer_size() > MAX_INPUT:
            return False
        self._input.write(data)
        return True

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal; nothing happens on pipes."""
        if self._master >= 0:
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: int) -> None:
        """Send a signal to what runs in the foreground of the terminal, or to the group of the shell."""
        if self.process is None:
            return
        if self._master >= 0:
            with contextlib.suppress(OSError):
                # 0 while the shell has not taken the terminal yet; to `killpg` that would mean this process and its like.
                os.killpg(os.tcgetpgrp(self._master) or self.process.pid, number)
            return
        self.process.signal_group(number)

    def kill(self) -> None:
        """End the shell: hang up, as when a terminal is closed, then kill."""
        if self.process is not None:
            self.process.signal_group(signal.SIGHUP)
            self.process.signal_group(signal.SIGKILL)

    def watch(self) -> asyncio.Event:
        """Return an event that is set at every change from now on; give it back to `unwatch`."""
        event = asyncio.Event()
        self._watchers.add(event)
        return event

    def unwatch(self, event: asyncio.Event) -> None:
        """Stop setting an event."""
        self._watchers.discard(event)

    def resume(self) -> None:
        """Read on after the holder has caught up, or left."""
        for output in self._outputs:
            output.resume()

    def _start_on_terminal(self, env: dict[str, str]) -> int:
        master, slave = os.openpty()
        try:
            self._master = master
            self.resize(80, 24)
            name = os.ttyname(slave)
            self.process = spawn(
                ("/bin/sh", "-c", _ADOPT, name, *self._argv),
                env={"TERM": "xterm-256color", **env},
                cwd=self._cwd,
                stdin=slave,
                stdout=slave,
                stderr=slave,
            )
        except BaseException:
            self._master = -1
            os.close(master)
            raise
        finally:
            os.close(slave)
        reader = OutputPipe(self._sink(STDOUT), self._hold, fd=os.dup(master))
        reader.resume()
        self._outputs.append(reader)
        return os.dup(master)

    def _start_on_pipes(self, env: dict[str, str]) -> int:
        theirs, ours = os.pipe2(os.O_CLOEXEC)
        out = OutputPipe(self._sink(STDOUT), self._hold)
        err = OutputPipe(self._sink(STDERR), self._hold)
        try:
            self.process = spawn(
                self._argv, env=env, cwd=self._cwd, stdin=theirs, stdout=out.write_end, stderr=err.write_end
            )
        except BaseException:
            os.close(ours)
            out.discard()
            err.discard()
            raise
        finally:
            os.close(theirs)
        for pipe in (out, err):
            pipe.start()
            self._outputs.append(pipe)
        return ours

    def _sink(self, stream: int) -> Callable[[bytes], None]:
        def take(data: bytes) -> None:
            self.ring.add(stream, data)
            self._notify()

        return take

    def _hold(self) -> bool:
        return self.lag() > MAX_LAG

    def _on_exit(self, _: asyncio.Future[int]) -> None:
        for output in self._outputs:
            output.finish()
        if self._input is not None and not self._input.is_closing():
            self._input.abort()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        self.ended = True
        self._notify()

    def _notify(self) -> None:
        for watcher in self._watchers:
            watcher.set()
