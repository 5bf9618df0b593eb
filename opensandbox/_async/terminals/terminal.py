"""One connection to a terminal: its output, its input, and its end."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

from opensandbox._concurrency.background import async_finish_or_undo
from opensandbox._concurrency.pairs import async_sleep, monotonic
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import Deadline, seconds
from opensandbox._core.run import terminals
from opensandbox._core.run.commands import INTERRUPT_LIMIT
from opensandbox.exceptions import (
    IncompleteStreamException,
    SandboxConflictException,
    SandboxError,
    SandboxException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxTimeoutException,
    TerminalException,
)
from opensandbox.models.terminals import TerminalOutput

if TYPE_CHECKING:
    from datetime import timedelta
    from types import TracebackType

    from opensandbox._async.net.websocket import ConnectionClosed, WebSocket
    from opensandbox._async.terminals.pty import PtyService


@stays_here(CONNECT_THERE)
class Terminal:
    """A terminal in the sandbox; made by `pty.open` and `pty.attach`.

    Iterating yields the output, as bytes, until the program has ended; then `exit_code` is set. Leaving the block ends
    a terminal from `open`, and detaches from one of `attach`. Keep reading while the program prints: the server
    disconnects a client that reads nothing for ten seconds (`IncompleteStreamException`); the program keeps running.

        async with await sandbox.pty.open("top") as terminal:
            async for data in terminal:
                sys.stdout.buffer.write(data)
    """

    def __init__(
        self,
        service: PtyService,
        session_id: str,
        socket: WebSocket,
        *,
        since: int = 0,
        viewer: bool = False,
        pty: bool = True,
        owned: bool = False,
    ) -> None:
        self._service = service
        self._id = session_id
        self._socket = socket
        self._frames = terminals.FrameReader(session_id, since)
        self._viewer = viewer
        self._pty = pty
        self._owned = owned
        self._connected = False
        self._repeated: deque[TerminalOutput] = deque()
        self._ended: int | None = None
        self._exit_code: int | None = None
        self._left = False

    @property
    def session_id(self) -> str:
        """The id under which `pty.attach` finds the terminal again."""
        return self._id

    @property
    def offset(self) -> int:
        """How many bytes of its output have been read, from the start of the session; for `attach(…, since=…)`."""
        return self._repeated[0].offset if self._repeated else self._frames.offset

    @property
    def missed(self) -> int:
        """How many bytes of its output are lost: the server no longer had them, or its connection ended before they were sent."""
        return self._frames.missed

    @property
    def exit_code(self) -> int | None:
        """The exit status of the program once all its output has been read; -1 after a signal."""
        return self._exit_code

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._id!r})"

    async def read(self, timeout: timedelta | float | None = None) -> TerminalOutput | None:
        """Return the next piece of output, `None` when there is no more.

        After `timeout` (a `timedelta` or seconds; `None`: no limit) it raises `SandboxTimeoutException`; the next call
        continues. `TerminalException` is a refusal of the terminal, `IncompleteStreamException` a lost connection:
        `pty.attach(session_id, since=terminal.offset)` continues if the sandbox still runs.
        """
        limit = None if timeout is None else seconds("timeout", timeout)
        while self._exit_code is None and not self._left:
            if self._repeated:
                return self._repeated.popleft()
            if self._ended is not None:
                self._exit_code = self._ended
                break
            try:
                frame = await self._frame(limit)
            except TimeoutError as exc:
                raise SandboxTimeoutException(f"{self!r} printed nothing for {limit:g} s") from exc
            if isinstance(frame, terminals.Exited):
                self._ended = frame.exit_code
                await self._read_tail()
            elif isinstance(frame, TerminalOutput):
                return frame
        return None

    async def begin(self, limit: float) -> None:
        """Read until the session has taken this client on; `pty` calls it. Raises what became of the connection otherwise."""
        deadline = Deadline.after(limit, monotonic())
        try:
            while not self._connected and self._ended is None:
                frame = await self._frame(deadline.remaining(monotonic()))
                self._connected = isinstance(frame, terminals.Connected)
                if isinstance(frame, TerminalOutput):
                    self._repeated.append(frame)
                elif isinstance(frame, terminals.Exited):
                    self._ended = frame.exit_code
        except TimeoutError as exc:
            raise SandboxTimeoutException(f"{self!r} did not take this client on within {limit:g} s") from exc

    async def _frame(self, limit: float | None) -> terminals.Frame:
        """Return the next frame; an error of the terminal, or of the connection, is raised."""
        from opensandbox._async.net.websocket import ConnectionClosed

        try:
            frame = self._frames.read(await self._socket.receive(limit))
        except ConnectionClosed as exc:
            if self._left:
                return None
            raise await self._lost(exc) from exc
        if isinstance(frame, TerminalException):
            raise frame
        return frame

    async def _read_tail(self) -> None:
        """Ask for what was printed but not sent: a daemon that sees the end does not wait for the last output."""
        try:
            end = (await self._service.status(self._id)).output_offset
        except SandboxException:
            return  # nobody can tell any more: the terminal was ended, or its sandbox
        for pause in terminals.REPEATING:
            if self._frames.offset >= end:
                break
            try:
                self._repeated.extend(await self._service.repeat(self._id, self._frames, pty=self._pty))
            except SandboxConflictException:
                pass  # whoever watched, too, asks for it at the same time, one after the other
            except SandboxException:
                break
            await async_sleep(pause)
        self._frames.missed += max(0, end - self._frames.offset)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        output = await self.read()
        if output is None:
            raise StopAsyncIteration
        return output.data

    async def send(self, data: bytes | str) -> None:
        """Send input; text is encoded as UTF-8. Control characters are those of the keyboard: `b"\\x03"` is Ctrl-C."""
        await self._tell(terminals.input_frame(data))

    async def resize(self, cols: int, rows: int) -> None:
        """Change the size, in characters; the program gets SIGWINCH."""
        await self._tell(terminals.resize_frame(cols, rows))

    async def signal(self, signal: str) -> None:
        """Send SIGINT, SIGTERM, SIGKILL, SIGQUIT or SIGHUP to the foreground program."""
        await self._tell(terminals.signal_frame(signal))

    async def detach(self) -> None:
        """Close the connection. The program keeps running, and `pty.attach` connects again."""
        self._left = True
        await self._socket.close()

    async def close(self) -> None:
        """End the terminal and its programs, and close the connection. A viewer only closes its connection. May be
        called twice."""
        try:
            if not self._viewer and not self._left:
                self._left = True
                # A caller who is cancelled meanwhile does not keep the terminal from being ended.
                await async_finish_or_undo(lambda: self._service.delete(self._id), None, INTERRUPT_LIMIT)
        except (SandboxNotFoundException, SandboxNotSupportedException):
            pass  # somebody else ended it, or the sandbox; where that is gone, an ingress may know no such route
        finally:
            await self.detach()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._owned and not self._left:
            await self.close()
        else:
            await self.detach()

    async def _tell(self, message: str | bytes) -> None:
        from opensandbox._async.net.websocket import ConnectionClosed

        if self._viewer:
            raise TerminalException(
                f"{self!r} only watches; attach without viewer=True to type",
                error=SandboxError(SandboxError.TERMINAL_READ_ONLY),
            )
        if self._left:
            raise SandboxException(f"{self!r} was closed or detached; pty.attach() connects to it again")
        try:
            await self._socket.send(message)
        except ConnectionClosed as exc:
            raise await self._lost(exc) from exc

    async def _lost(self, exc: ConnectionClosed) -> SandboxException:
        code = None if exc.rcvd is None else exc.rcvd.code
        if code == terminals.TAKEN_OVER:
            return terminals.refusal(self._id, SandboxError.TERMINAL_TAKEN_OVER, "")
        if code == terminals.REFUSED and not self._connected:
            status = await self._service.status(self._id)
            if unwanted := terminals.unwanted(status, self._viewer, exc.rcvd.reason if exc.rcvd else ""):
                return unwanted
        if self._ended is not None or code == terminals.ENDED:
            return TerminalException(
                f"what ran in {self!r} has ended; open another terminal",
                error=SandboxError(SandboxError.TERMINAL_GONE),
            )
        return IncompleteStreamException(
            f"the connection to {self!r} broke at offset {self.offset}: {exc}; "
            "where the sandbox still runs, pty.attach(session_id, since=offset) goes on"
        )
