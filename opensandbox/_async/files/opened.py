"""Files of a sandbox as file objects: read by ranges, written when they are closed."""

from __future__ import annotations

import codecs
import io
import shlex
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, cast

from opensandbox._async.files.transfers import entry_at, execute
from opensandbox._concurrency.pairs import async_blocking_call
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.files import requests as decide
from opensandbox.exceptions import SandboxFileNotFoundException, SandboxInvalidRequestException

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from opensandbox._async.files.service import FilesService
    from opensandbox._async.files.transfers import Run

PIECE: Final = 256 << 10
"""Bytes of the first range; each that follows it directly is twice as long, up to `LONGEST`."""

LONGEST: Final = 4 << 20


Content = TypeVar("Content", bound=str | bytes)


@stays_here(CONNECT_THERE)
class SandboxFile(Generic[Content]):
    """A file object for a file of a sandbox; made by `files.open`.

    It reads, writes and seeks as Python's own do, so `json.load`, `csv`, `zipfile` and `pandas.read_csv` take the blocking one.
    It has no `fileno` and no `truncate`, and `encoding` is `None` for bytes.

    What is read comes by ranges, each with the content of its moment. What is written is kept here, in memory or a temporary
    file, and goes out with `flush` and `close`, as a whole. Leaving a block by an exception writes nothing more; a file that
    `x` made is there by then, and empty.

        async with await sandbox.files.open("/workspace/data.csv") as file:
            async for line in file:
                print(line)
    """

    def __init__(
        self,
        files: FilesService,
        path: str,
        mode: str,
        encoding: str | None,
        newline: str | None,
        digits: int,
        *,
        behind: bool,
    ) -> None:
        self._files = files
        self._digits = digits
        self.encoding = encoding
        self._newline = newline
        self._offset = 0
        self._length = PIECE
        self._ended = False
        self._piece: Any = b"" if encoding is None else ""
        self._at = 0  # how much of the piece is read
        self._decoder = self._new_decoder()
        # One for all that is written: some encodings begin with a mark, which belongs at the start of the file alone.
        self._encoder: Any = None if encoding is None else codecs.getincrementalencoder(encoding)()
        if self._encoder is not None and behind:
            self._encoder.setstate(0)
        # Whoever forgets to close it leaves nothing behind: the file has no name.
        self._spool: IO[bytes] | None = None if mode == "r" else tempfile.SpooledTemporaryFile(1 << 20)  # noqa: SIM115
        self._changed = mode == "w"
        self._kind = mode
        self.name = path
        self.mode = mode if encoding is not None else f"{mode}b"
        self.closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} mode={self.mode!r}{' closed' if self.closed else ''}>"

    def readable(self) -> bool:
        """Tell whether it can be read."""
        return self._spool is None

    def writable(self) -> bool:
        """Tell whether it can be written."""
        return self._spool is not None

    def isatty(self) -> bool:
        """Tell that it is no terminal."""
        return False

    def seekable(self) -> bool:
        """Tell whether `seek` and `tell` work; text can only go to its start and end."""
        return self._kind != "a"

    async def read(self, size: int | None = -1) -> Content:
        """Return `size` characters or bytes, fewer at the end, or all that is left."""
        self._check(reading=True)
        wanted = -1 if size is None else size
        parts = [self._from_buffer(wanted)]
        length = len(parts[0])
        while (wanted < 0 or length < wanted) and not self._ended:
            await self._go_on(parts)
            parts.append(self._from_buffer(-1 if wanted < 0 else wanted - length))
            length += len(parts[-1])
        return cast("Content", self._piece[:0].join(parts))

    async def read1(self, size: int = -1) -> Content:
        """Return what is there without a further request, or the next piece."""
        self._check(reading=True)
        while self._at == len(self._piece) and not self._ended:
            await self._go_on([])
        return cast("Content", self._from_buffer(size))

    async def readinto(self, buffer: bytearray | memoryview) -> int:
        """Read bytes into a buffer, and return how many."""
        data = await self.read(len(buffer))
        buffer[: len(data)] = cast("bytes", data)
        return len(data)

    async def readline(self, size: int | None = -1) -> Content:
        """Return the next line with its end; nothing at the end of the file."""
        self._check(reading=True)
        end = b"\n" if self.encoding is None else "\n"
        wanted = -1 if size is None else size
        parts: list[Any] = []
        length = 0
        while True:
            last = len(self._piece) if wanted < 0 else min(len(self._piece), self._at + wanted - length)
            found = self._piece.find(end, self._at, last)
            parts.append(self._from_buffer((last if found < 0 else found + 1) - self._at))
            length += len(parts[-1])
            if found >= 0 or self._ended or length == wanted:
                return cast("Content", self._piece[:0].join(parts))
            await self._go_on(parts)

    async def readlines(self) -> list[Content]:
        """Return all lines that are left."""
        return [line async for line in self]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Content:
        if line := await self.readline():
            return line
        raise StopAsyncIteration

    async def write(self, data: Content) -> int:
        """Take text or bytes, and return how much that was; it reaches the sandbox with `flush` or `close`."""
        spool = self._check(reading=False)
        if isinstance(data, str) is (self.encoding is None):
            raise TypeError(
                f"{self!r} takes {'bytes' if self.encoding is None else 'text'}, not {type(data).__name__}"
            )
        content = self._encoded(data) if isinstance(data, str) else data
        if len(content) >= PIECE:
            await async_blocking_call(spool.write, content)
        else:
            spool.write(content)
        self._changed = True
        return len(data)

    async def writelines(self, lines: Iterable[Content]) -> None:
        """Write several pieces of text or bytes; no line ends are added."""
        for line in lines:
            await self.write(line)

    def _encoded(self, text: str) -> bytes:
        try:
            return cast("bytes", self._encoder.encode(text))
        except UnicodeEncodeError as exc:
            raise decide.not_encoded(exc, str(self.encoding), self.name) from exc

    def tell(self) -> int:
        """Return the position in bytes."""
        if self._spool is not None:
            return self._spool.tell()
        if self.encoding is not None and (self._offset or self._piece):
            raise io.UnsupportedOperation(f"{self!r} is text, whose position is not known; open it with 'rb'")
        return self._offset - len(self._piece) + self._at

    async def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position in bytes, and return it."""
        self._check(reading=None)
        if self._spool is not None:
            position = self._spool.seek(offset, whence)
            if self._encoder is not None:
                self._encoder.setstate(0)
                if position == 0:
                    self._encoder.reset()
            return position
        if self.encoding is not None and offset:
            raise io.UnsupportedOperation(
                f"{self!r} is text, which goes to its start or its end; open it with 'rb'"
            )
        if whence == io.SEEK_END:
            offset += await self._whole()
        elif whence == io.SEEK_CUR:
            offset += self.tell()
        if offset < 0:
            raise ValueError(f"there is no position {offset} in a file")
        ahead = offset - self._offset + len(self._piece)
        if self.encoding is None and self._at <= ahead <= len(self._piece):
            self._at = ahead
        else:
            self._piece, self._at, self._offset, self._length = self._piece[:0], 0, offset, PIECE
        self._decoder, self._ended = self._new_decoder(), False
        return offset

    async def _whole(self) -> int:
        try:
            return await self._files._length(self.name)
        except SandboxInvalidRequestException as refused:
            if refused.status_code != 416:
                raise
            return 0  # it has no first byte to ask for

    async def flush(self) -> None:
        """Send what was written so far."""
        if self._spool is None or self.closed or not self._changed:
            return
        spool, position = self._spool, self._spool.tell()
        spool.seek(0)
        await self._files.write_file(
            self.name, cast("io.IOBase", spool), mode=self._digits, append=self._kind == "a"
        )
        self._changed = False
        if self._kind == "a":  # what has gone out is not sent again
            spool.seek(0)
            spool.truncate()
        else:
            spool.seek(position)

    async def close(self) -> None:
        """Send what was written, and end the use of the object."""
        try:
            await self.flush()
        finally:
            self._discard()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if exc_type is None:
            await self.close()
        self._discard()

    def _discard(self) -> None:
        self.closed = True
        if self._spool is not None:
            self._spool.close()

    def _check(self, *, reading: bool | None) -> IO[bytes]:
        if self.closed:
            raise ValueError(f"{self!r} cannot be used any more")
        if reading is not None and reading is (self._spool is not None):
            raise io.UnsupportedOperation(f"{self!r} cannot be {'read' if reading else 'written'}")
        return cast("IO[bytes]", self._spool)

    def _new_decoder(self) -> Any:
        if self.encoding is None:
            return None
        decoder = codecs.getincrementaldecoder(self.encoding)()
        return io.IncrementalNewlineDecoder(decoder, translate=True) if self._newline is None else decoder

    def _from_buffer(self, size: int) -> Any:
        """Return what is left of the piece, or that much of it. It is not cut off: that would copy the rest each time."""
        start = self._at
        self._at = len(self._piece) if size < 0 else min(len(self._piece), start + size)
        return self._piece[start : self._at]

    async def _go_on(self, taken: list[Any]) -> None:
        """Get the next piece; where that fails, what a call has taken so far is there for the next one."""
        try:
            piece = await self._more()
        except BaseException:
            self._piece, self._at = self._piece[:0].join(taken), 0
            raise
        self._piece, self._at = piece, 0

    async def _more(self) -> Any:
        """Return the next piece, decoded; after the last one nothing, and `_ended` is set."""
        range_header = f"bytes={self._offset}-{self._offset + self._length - 1}"
        try:
            data = await self._files.read_bytes(self.name, range_header=range_header)
        except SandboxInvalidRequestException as refused:
            if refused.status_code != 416:
                raise
            # Nothing lies behind the offset; some files of the system do not tell their length, and have no ranges.
            data = b"" if self._offset else await self._files.read_bytes(self.name)
            self._ended = True
        if len(data) > self._length:
            # More than was asked for: the server knows no ranges, and this is the whole file.
            data, self._ended = data[self._offset :], True
        self._offset += len(data)
        self._ended = self._ended or len(data) < self._length
        self._length = min(2 * self._length, LONGEST)
        if self._decoder is None:
            return data
        try:
            return self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as exc:
            # It counts from what was left of the piece before.
            start = self._offset - len(exc.object) + exc.start
            raise decide.not_decoded(exc, str(self.encoding), self.name, start) from exc


async def open_file(
    files: FilesService,
    run: Run | None,
    path: str,
    mode: str,
    encoding: str | None,
    newline: str | None,
    digits: int | None,
    *,
    literal: bool,
) -> SandboxFile[Any]:
    """Return a file object; what is to be read has to be there."""
    kind, encoding = decide.open_mode(mode, encoding, newline)
    found = await _content_at(files, run, path, literal=literal)
    if found == "directory":
        raise decide.is_a_directory(path)
    if found is None and kind == "r":
        raise decide.is_missing(path)
    if kind == "x":
        await files.write_file(path, b"", mode=digits or 644, exclusive=True)
    # With no mode the daemon leaves a file that is there the one it has.
    kept = 0 if found is not None and kind == "w" else 644
    return SandboxFile(
        files,
        path,
        "w" if kind == "x" else kind,
        encoding,
        newline,
        digits or kept,
        behind=kind == "a" and found == "file",
    )


_CONTENT: Final = """\
if [ -d {0} ]; then echo directory
elif [ -s {0} ]; then echo file
elif [ -e {0} ]; then echo empty
fi"""


async def _content_at(files: FilesService, run: Run | None, path: str, *, literal: bool) -> str | None:
    """Return whether a path leads to a `directory`, a `file`, or one that is `empty`; `None` where nothing is there.

    The daemon tells that of everything but links, and of names that it would expand; those a shell looks at.
    """
    if not literal:
        try:
            info = await entry_at(files, path)
        except SandboxFileNotFoundException:
            return None
        if info.entry_type != "symlink" or run is None:
            return "directory" if decide.is_directory(info) else "file" if info.size else "empty"
        path = info.path
    assert run is not None  # or nothing would be literal
    printed = await execute(run, _CONTENT.format(shlex.quote(path if path.startswith("/") else f"./{path}")))
    return printed.strip() or None
