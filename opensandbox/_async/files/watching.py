"""`files.watch`: the changes below a directory, as they happen."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Literal, Self

from opensandbox._concurrency.pairs import async_sleep
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.files import watching as decide
from opensandbox.exceptions import SandboxException, SandboxFileNotFoundException
from opensandbox.models.changes import FileChange
from opensandbox.models.execd import OutputMessage

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from opensandbox._async.files.service import FilesService
    from opensandbox._async.run.executions import ExecutionStream


@stays_here(CONNECT_THERE)
class FileWatch:
    """The changes of files below a directory; made by `files.watch`. It is a block, and iterates over `FileChange`s.

    Changes count from the moment in which the block is entered. The iteration ends when the directory is deleted.

        async with sandbox.files.watch("/workspace") as changes:
            async for change in changes:
                print(change.kind, change.path)
    """

    def __init__(
        self,
        files: FilesService,
        stream: Callable[[list[str]], ExecutionStream] | None,
        path: str,
        *,
        recursive: bool,
        interval: float,
    ) -> None:
        self._files = files
        self._make_stream = stream
        self._path = path
        self._recursive = recursive
        self._interval = interval
        self._stream: ExecutionStream | None = None
        self._messages = decide.Messages()
        self._listing: decide.Listing = {}
        self._waiting: deque[FileChange] = deque()
        self._entered = False
        self._over = False

    @property
    def method(self) -> Literal["inotify", "listing"] | None:
        """How changes are found: the kernel tells them (`inotify`), or listings are compared every `interval` seconds; `None`
        before the block."""
        if not self._entered:
            return None
        return "listing" if self._stream is None else "inotify"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._path!r}, method={self.method!r})"

    async def __aenter__(self) -> Self:
        if self._entered:
            raise SandboxException("a watch is used once: call watch() again")
        await self._files.list_directory(self._path)  # it says what is wrong with the path
        if self._make_stream is not None:
            await self._begin(self._make_stream(decide.command(self._path, recursive=self._recursive)))
        if self._stream is None:
            self._listing = await self._look()
        self._entered = True
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over = True
        if self._stream is not None:
            await self._stream.__aexit__(exc_type, exc, traceback)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> FileChange:
        if not self._entered:
            raise SandboxException("enter the watch first: `async with files.watch(…) as changes:`")
        while not self._waiting:
            if self._over:
                raise StopAsyncIteration
            if self._stream is not None:
                await self._read(self._stream)
            else:
                await self._compare()
        return self._waiting.popleft()

    async def _begin(self, stream: ExecutionStream) -> None:
        """Start the program, and keep it if it can watch."""
        await stream.__aenter__()
        try:
            while not self._over and self._stream is None:
                for message in await self._next(stream):
                    if message == "inotify":
                        self._stream = stream
                    else:
                        self._waiting.append(decide.change_of(message))
        finally:
            if self._stream is None:
                self._over = False
                await stream.__aexit__(None, None, None)

    async def _read(self, stream: ExecutionStream) -> None:
        self._waiting.extend(decide.change_of(message) for message in await self._next(stream))
        if self._over and stream.exit_code != 0:
            raise SandboxException(
                f"the watch of {self._path!r} ended early ({stream.error}); call watch() again, and compare what is there"
            )

    async def _next(self, stream: ExecutionStream) -> list[Any]:
        """Return the messages in the next event, which may be none; its end is noted."""
        try:
            event = await anext(stream)
        except StopAsyncIteration:
            self._over = True
            return []
        if isinstance(event, OutputMessage) and not event.is_error:
            return list(self._messages.add(event.text))
        return []

    async def _compare(self) -> None:
        await async_sleep(self._interval)
        try:
            listing = await self._look()
        except SandboxFileNotFoundException:
            self._over = True
            listing = {}
        self._waiting.extend(decide.compared(self._listing, listing))
        if self._over:
            self._waiting.append(FileChange("deleted", self._path, is_directory=True))
        self._listing = listing

    async def _look(self) -> decide.Listing:
        if not self._recursive:
            return decide.listing_of(await self._files.list_directory(self._path))
        return decide.listing_of([entry async for entry in self._files.walk(self._path)])
