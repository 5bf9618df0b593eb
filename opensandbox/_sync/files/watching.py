# Generated from opensandbox/_async/files/watching.py by scripts/unasync.py. Do not edit.
"""`files.watch`: the changes below a directory, as they happen."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Literal, Self

from opensandbox._concurrency.pairs import sleep
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.files import watching as decide
from opensandbox.exceptions import SandboxException, SandboxFileNotFoundException
from opensandbox.models.changes import FileChange
from opensandbox.models.execd import OutputMessage

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from opensandbox._sync.files.service import FilesService
    from opensandbox._sync.run.executions import ExecutionStreamSync


@stays_here(CONNECT_THERE)
class FileWatchSync:
    """The changes of files below a directory; made by `files.watch`. It is a block, and iterates over `FileChange`s.

    Changes count from the moment in which the block is entered. The iteration ends when the directory is deleted.

        with sandbox.files.watch("/workspace") as changes:
            for change in changes:
                print(change.kind, change.path)
    """

    def __init__(
        self,
        files: FilesService,
        stream: Callable[[list[str]], ExecutionStreamSync] | None,
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
        self._stream: ExecutionStreamSync | None = None
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

    def __enter__(self) -> Self:
        if self._entered:
            raise SandboxException("a watch is used once: call watch() again")
        self._files.list_directory(self._path)  # it says what is wrong with the path
        if self._make_stream is not None:
            self._begin(self._make_stream(decide.command(self._path, recursive=self._recursive)))
        if self._stream is None:
            self._listing = self._look()
        self._entered = True
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over = True
        if self._stream is not None:
            self._stream.__exit__(exc_type, exc, traceback)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> FileChange:
        if not self._entered:
            raise SandboxException("enter the watch first: `with files.watch(…) as changes:`")
        while not self._waiting:
            if self._over:
                raise StopIteration
            if self._stream is not None:
                self._read(self._stream)
            else:
                self._compare()
        return self._waiting.popleft()

    def _begin(self, stream: ExecutionStreamSync) -> None:
        """Start the program, and keep it if it can watch."""
        stream.__enter__()
        try:
            while not self._over and self._stream is None:
                for message in self._next(stream):
                    if message == "inotify":
                        self._stream = stream
                    else:
                        self._waiting.append(decide.change_of(message))
        finally:
            if self._stream is None:
                self._over = False
                stream.__exit__(None, None, None)

    def _read(self, stream: ExecutionStreamSync) -> None:
        self._waiting.extend(decide.change_of(message) for message in self._next(stream))
        if self._over and stream.exit_code != 0:
            raise SandboxException(
                f"the watch of {self._path!r} ended early ({stream.error}); call watch() again, and compare what is there"
            )

    def _next(self, stream: ExecutionStreamSync) -> list[Any]:
        """Return the messages in the next event, which may be none; its end is noted."""
        try:
            event = next(stream)
        except StopIteration:
            self._over = True
            return []
        if isinstance(event, OutputMessage) and not event.is_error:
            return list(self._messages.add(event.text))
        return []

    def _compare(self) -> None:
        sleep(self._interval)
        try:
            listing = self._look()
        except SandboxFileNotFoundException:
            self._over = True
            listing = {}
        self._waiting.extend(decide.compared(self._listing, listing))
        if self._over:
            self._waiting.append(FileChange("deleted", self._path, is_directory=True))
        self._listing = listing

    def _look(self) -> decide.Listing:
        if not self._recursive:
            return decide.listing_of(self._files.list_directory(self._path))
        return decide.listing_of([entry for entry in self._files.walk(self._path)])
