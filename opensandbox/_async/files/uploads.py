"""Sending files: one form for all of them, read piece by piece while it is sent, however large they are."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Any, Final, cast

import httpx

from opensandbox._concurrency.pairs import async_abandonable_call, async_blocking_call
from opensandbox._core.deadlines import span
from opensandbox._core.files import requests as decide
from opensandbox._core.files.multipart import AFTER_CONTENT, Form
from opensandbox._core.net.addresses import join
from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from opensandbox._async.calls.http import Connection, Message
    from opensandbox._core.deadlines import Deadline
    from opensandbox.models.filesystem import WriteEntry

PIECE: Final = 1 << 20
"""Bytes read and sent at a time: smaller pieces cost more in calls than they save in memory."""

UPLOAD: Final = "/files/upload"

Progress = Callable[[int, int | None], None]
"""Told after each piece how many bytes are through, and of how many, where that is known."""


async def upload(
    connection: Connection,
    entries: Sequence[WriteEntry],
    *,
    fixed_length: bool,
    deadline: Deadline,
    progress: Progress | None = None,
) -> None:
    """Write files in one request. Files that were opened by the caller stay open.

    The length is announced where every file tells its own; where one does not, the form goes out chunked, or with
    `fixed_length` that file is copied to disk first.
    """
    form = Form(token_hex(16), whole_paths=fixed_length)
    sources: list[Source] = []
    try:
        for entry in entries:
            # One by one: those that were opened are closed if the next one is refused.
            sources.append(await _source(form, entry, fixed_length))  # noqa: PERF401
        await _send(connection, form, sources, deadline, progress)
    finally:
        for source in sources:
            source.close()


async def _send(
    connection: Connection,
    form: Form,
    sources: Sequence[Source],
    deadline: Deadline,
    progress: Progress | None,
) -> None:
    headers = {"Content-Type": form.content_type}
    total: int | None = None
    sizes = [source.size for source in sources]
    if None not in sizes:
        total = sum(size or 0 for size in sizes)
        framing = sum(len(source.opening) + len(AFTER_CONTENT) for source in sources) + len(form.closing)
        headers["Content-Length"] = str(total + framing)

    async def pieces() -> AsyncIterator[bytes]:
        sent = 0
        for source in sources:
            yield source.opening
            async for piece in source.pieces():
                yield piece
                if progress is not None:
                    sent += len(piece)
                    progress(sent, total)
            yield AFTER_CONTENT
        yield form.closing

    message = await _message(connection, sources, headers, total, pieces)
    idle = span(connection.http.config.request_timeout)
    async with connection.stream(
        "POST", UPLOAD, deadline=deadline, idle_timeout=idle, redirects=False, **message
    ) as answer:
        await connection.read(answer)


async def _message(
    connection: Connection,
    sources: Sequence[Source],
    headers: dict[str, str],
    total: int | None,
    pieces: Callable[[], AsyncIterator[bytes]],
) -> Message:
    if total is not None and total <= PIECE and all(source.file is None for source in sources):
        return {"headers": headers, "content": b"".join([piece async for piece in pieces()])}
    if not all(source.repeatable for source in sources):
        return {"headers": headers, "content": pieces()}
    # A request that is given its stream ready-made gets no Host header either.
    if not any(name.lower() == "host" for name in connection.headers):
        headers["Host"] = httpx.URL(join(connection.base_url, UPLOAD)).netloc.decode()
    if total is None:
        headers["Transfer-Encoding"] = "chunked"
    return {"headers": headers, "stream": RepeatableStream(pieces)}


class RepeatableStream(httpx.ByteStream):
    """A body that is made anew each time it is sent; as a `ByteStream` the transport knows that it may do so.

    It repeats a request only when a kept-alive connection turns out to be dead before any answer.
    """

    def __init__(self, pieces: Callable[[], AsyncIterator[bytes]]) -> None:
        super().__init__(b"")
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces():
            yield piece


class Source:
    """One file of a form: what precedes its content, and the content, in memory or to be read from a file."""

    __slots__ = ("_owned", "content", "file", "opening", "path", "repeatable", "size")

    def __init__(
        self,
        path: str,
        opening: bytes,
        content: bytes = b"",
        file: IO[bytes] | None = None,
        size: int | None = None,
        *,
        repeatable: bool = True,
        owned: bool = False,
    ) -> None:
        self.path = path
        self.opening = opening
        self.content = content
        self.file = file
        self.size = len(content) if file is None else size
        self.repeatable = repeatable
        self._owned = owned

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the content; a file that can be rewound is read from its start, by a thread where others would wait."""
        if self.file is None:
            view = memoryview(self.content)
            for start in range(0, len(view), PIECE):
                yield cast("bytes", view[start : start + PIECE])
            return
        if self.repeatable:
            await async_blocking_call(self.file.seek, 0)
        read = 0
        piece: Any
        while piece := await async_abandonable_call(self.file.read, PIECE):
            if not _is_binary(piece):
                raise InvalidArgumentException(
                    f"data for {self.path!r} must be a file opened in binary mode, but reading it gave {type(piece).__name__}"
                )
            read += len(piece)
            self._check(read, more=True)
            yield piece
        self._check(read, more=False)

    def _check(self, read: int, *, more: bool) -> None:
        if self.size is not None and (read > self.size or (not more and read < self.size)):
            raise InvalidArgumentException(
                f"data for {self.path!r} changed its length while it was sent: {self.size} bytes at first, "
                f"{read} read; nothing can be said about what is written now, so send it again"
            )

    def close(self) -> None:
        """Close what was opened here."""
        if self._owned and self.file is not None:
            self.file.close()


async def _source(form: Form, entry: WriteEntry, fixed_length: bool) -> Source:
    data = entry.data
    if data is None:
        raise InvalidArgumentException(
            f"data for {entry.path!r} is missing; pass text, bytes or a file opened in binary mode"
        )
    if isinstance(data, io.TextIOBase):
        raise InvalidArgumentException(
            f"data for {entry.path!r} is a text stream, {data!r}; open the file in binary mode, or pass text"
        )
    is_text = isinstance(data, str)
    media_type = f"text/plain; charset={entry.encoding}" if is_text else "application/octet-stream"
    if isinstance(data, str):
        data = decide.encode(data, entry.encoding, entry.path)
    opening = form.opening(entry.path, entry.owner, entry.group, entry.mode, media_type)
    if type(data) is io.BytesIO:
        data = data.getvalue()  # shared, not copied
    if isinstance(data, bytes):
        return Source(entry.path, opening, data)
    file = cast("IO[bytes]", data)
    if not file.readable():
        raise InvalidArgumentException(
            f"data for {entry.path!r} is a file that cannot be read, {data!r}; open it with mode 'rb'"
        )
    size = await async_blocking_call(_length, file)
    if size is not None and size <= PIECE:
        # A file of the system tells a length that is not its own, so a small one is read to see.
        content = await async_abandonable_call(_small, file)
        if content is not None:
            return Source(entry.path, opening, content)
        size = None
    elif size is not None:
        return Source(entry.path, opening, file=file, size=size)
    if not fixed_length:
        return Source(entry.path, opening, file=file, repeatable=await async_blocking_call(_rewound, file))
    await async_blocking_call(_rewound, file)
    copy = await async_abandonable_call(_spooled, file)
    return Source(entry.path, opening, file=copy, size=copy.tell(), owned=True)


def _length(file: IO[bytes]) -> int | None:
    """Return the length of a file that can be rewound, as it tells it; `None` for any other."""
    try:
        return file.seek(0, os.SEEK_END) if file.seekable() else None
    except (OSError, ValueError):  # of /proc, say: it cannot, although it says so
        return 0 if _rewound(file) else None


def _rewound(file: IO[bytes]) -> bool:
    try:
        return file.seekable() and file.seek(0) == 0
    except (OSError, ValueError):
        return False


def _small(file: IO[bytes]) -> bytes | None:
    """Return the content of a file that has no more than a piece; `None` for another, or for one that is not binary."""
    file.seek(0)
    content = bytearray()
    while len(content) <= PIECE:
        piece: Any = file.read(PIECE + 1 - len(content))
        if not _is_binary(piece):
            return None
        if not piece:
            return bytes(content)
        content += piece
    return None


def _is_binary(piece: object) -> bool:
    return isinstance(piece, bytes | bytearray | memoryview)


def _spooled(file: IO[bytes]) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by its source
    try:
        while piece := file.read(PIECE):
            copy.write(piece)
    except BaseException:
        copy.close()
        raise
    return copy
