"""Files: everything that `sandbox.files` can do.

Longer than other files because it is one class whose every method is public and documented. How content travels is in
`uploads`, `downloads` and `transfers`, what is decided before that in `_core/files/requests`.
"""

from __future__ import annotations

import io
import os
import stat
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Literal, cast, overload

from opensandbox_api.execd.api.filesystem import (
    chmod_files,
    get_files_info,
    make_dirs,
    remove_dirs,
    remove_files,
    rename_files,
    search_files,
)

from opensandbox._async.calls.http import Connection
from opensandbox._async.calls.options import bound, bounded
from opensandbox._async.files.downloads import download_file, open_download
from opensandbox._async.files.links import signed
from opensandbox._async.files.uploads import Progress, upload
from opensandbox._async.published.attributes import ServiceAttributes
from opensandbox._concurrency.pairs import async_abandonable_call, async_blocking_call, monotonic
from opensandbox._core import arguments, guesses
from opensandbox._core.convert import files as convert
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import Deadline, Duration, seconds
from opensandbox._core.files import links, ranges
from opensandbox._core.files import requests as decide
from opensandbox._core.net.addresses import join
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxException,
    SandboxTimeoutException,
)
from opensandbox.models.filesystem import (
    ContentReplaceEntry,
    ContentReplaceResult,
    DirectoryListEntry,
    EntryInfo,
    MoveEntry,
    SearchEntry,
    SetPermissionEntry,
    WriteEntry,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from datetime import timedelta
    from pathlib import PurePosixPath
    from types import ModuleType

    import httpx
    from opensandbox_api.calls import Request

    from opensandbox._async.files.links import Sign
    from opensandbox._async.files.opened import SandboxFile
    from opensandbox._async.files.transfers import Run
    from opensandbox._async.files.watching import FileWatch
    from opensandbox._async.run.executions import ExecutionStream
    from opensandbox.models.changes import UploadLink
    from opensandbox.models.dicts import (
        ContentReplaceEntryDict,
        DirectoryListEntryDict,
        MoveEntryDict,
        SearchEntryDict,
        SetPermissionEntryDict,
        WriteEntryDict,
    )
    from opensandbox.models.filesystem import SandboxPath
    from opensandbox.models.trees import TreeReport


@stays_here(CONNECT_THERE)
class FilesService(ServiceAttributes):
    """The files of one sandbox, as the daemon, another user or an isolated session sees them (`prefix`).

    The daemon expands `$NAME`, `${NAME}` and a leading `~` in paths. If it refuses an undefined variable, reading,
    writing and deleting take the `$` as part of the name, as in `routes/$id.tsx`; `literal=True` does so for every `$`
    and `~`. Several paths in one call are handled in order, without a rollback: after a failure the earlier ones are
    done. File modes are octal digits: 644 or `"644"`; `0o644` works as well.

    Every method raises `SandboxFileNotFoundException`, which is a `FileNotFoundError` too, for a missing path; other
    subclasses of `SandboxFileException` for other failures of files; other API errors if the daemon refuses; and
    `InvalidArgumentException`, before any request, for invalid arguments.
    """

    __slots__ = ("_connection", "_fixed_length", "_prefix", "_run", "_sign", "_stream")

    def __init__(
        self,
        connection: Callable[[], Awaitable[Connection]],
        *,
        prefix: str = "",
        fixed_length: bool = False,
        run: Run | None = None,
        client: Callable[[], httpx.AsyncClient] | None = None,
        stream: Callable[[list[str]], ExecutionStream] | None = None,
        sign: Sign | None = None,
    ) -> None:
        super().__init__(client)
        self._connection = connection
        self._prefix = prefix
        self._fixed_length = fixed_length
        self._run = run
        self._stream = stream
        self._sign = sign

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            guesses.missing(self, name, guesses.FILES)

    # Reading

    async def read_file(
        self,
        path: SandboxPath,
        *,
        encoding: str = "utf-8",
        range_header: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        timeout: Duration | None = None,
        literal: bool = False,
    ) -> str:
        """Return the text of a file: all of it, `limit` lines from line `offset` (the first is 1), or a byte range.

        Lines are joined by line feeds, without one at the end. Content that does not fit `encoding` raises
        `InvalidArgumentException`. `timeout` limits the whole call.

        Example::

            text = await sandbox.files.read_file("/workspace/app.log", offset=100, limit=20)
        """
        path = decide.path("path", path)
        decide.text_encoding(encoding)
        content = await self.read_bytes(
            path,
            range_header=range_header,
            offset=offset,
            limit=limit,
            timeout=timeout,
            literal=literal,
        )
        return decide.decode(content, encoding, path)

    async def read_bytes(
        self,
        path: SandboxPath,
        *,
        range_header: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        timeout: Duration | None = None,
        literal: bool = False,
    ) -> bytes:
        """Return the content of a file, or the part of it that `range_header` (`bytes=0-99`) or the line numbers name.

        `timeout` limits the whole call (default: no limit). A pause longer than `request_timeout` ends it in any case.

        Example::

            image = await sandbox.files.read_bytes("/workspace/plot.png")
        """
        # Its value is the buffer itself, so the content is in memory once.
        content = io.BytesIO()
        path = self._check_read(path, range_header, offset, limit)
        with decide.about(path):
            async with (
                self._reaching(path, literal=literal) as found,
                open_download(
                    await self._connected(),
                    convert.download_request(found, range_header, offset, limit),
                    _deadline(timeout),
                ) as response,
            ):
                async for piece in response.aiter_bytes():
                    content.write(piece)
        return content.getvalue()

    async def read_bytes_stream(
        self,
        path: SandboxPath,
        *,
        chunk_size: int = 65536,
        range_header: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        timeout: Duration | None = None,
        literal: bool = False,
    ) -> AsyncGenerator[bytes, None]:
        """Return the content of a file as an iterator of pieces of `chunk_size` bytes (the last may be shorter).

        Awaiting the call raises for a missing file. The iterator holds its connection until its end or until it is
        closed; use `contextlib.aclosing` if you may leave early.

        Example::

            async for piece in await sandbox.files.read_bytes_stream("/workspace/big.bin"):
                digest.update(piece)
        """
        decide.positive("chunk_size", chunk_size, "it is a number of bytes, such as 65536")
        path = self._check_read(path, range_header, offset, limit)
        part = partial(convert.download_request, range_header=range_header, offset=offset, limit=limit)
        pieces = self._pieces(path, chunk_size, part, _deadline(timeout), literal)
        await anext(pieces)
        return pieces

    async def _pieces(
        self,
        path: str,
        chunk_size: int,
        part: Callable[[str], Request],
        deadline: Deadline,
        literal: bool,
    ) -> AsyncGenerator[bytes, None]:
        with decide.about(path):
            async with (
                self._reaching(path, literal=literal) as found,
                open_download(await self._connected(), part(found), deadline) as response,
            ):
                # What is asked for first is not content: the one who opens the stream waits here for the answer to begin.
                yield b""
                async for piece in response.aiter_bytes(chunk_size):
                    yield piece

    def _check_read(
        self, path: SandboxPath, range_header: str | None, offset: int | None, limit: int | None
    ) -> str:
        found = decide.path("path", path)
        decide.part_of_file(range_header, offset, limit)
        return found

    @asynccontextmanager
    async def _reaching(
        self, path: str, *, literal: bool = False, parents: bool = False
    ) -> AsyncIterator[str]:
        """Yield a path by which the daemon reaches a file: another one where it would read something else in this one."""
        if not decide.may_be_expanded(path) or not (literal or await self._is_a_name(path)):
            yield path
            return
        run = self._shell(f"a literal $ or ~ in {path!r}")
        async with _literal().linked(run, path, parents=parents) as link:
            yield link

    async def _is_a_name(self, path: str) -> bool:
        """Tell whether the daemon refuses what looks like a variable in a path, so that it is part of a name."""
        if "$" not in path or self._run is None:
            return False
        try:
            await self.get_file_info([path])
        except SandboxApiException as failure:
            return decide.refuses_variable(failure)
        return False

    async def download(
        self,
        path: SandboxPath,
        target: str | os.PathLike[str],
        *,
        resume: bool = False,
        verify: bool = False,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        literal: bool = False,
    ) -> None:
        """Download a file to the local file `target`, which is replaced in one step when all data has arrived.

        After a broken connection the download continues from the same position, or starts again if the file has
        changed. With `resume`, a failed call keeps the data in `target`.part, and the next call continues from there.
        `verify` compares the contents by SHA-256 and raises `ContentMismatchException` if they differ.
        `progress(received, total)` is called after each piece.

        Example::

            await sandbox.files.download("/workspace/model.bin", "model.bin", resume=True)
        """
        path = decide.path("path", path)
        run = self._shell("verify=True") if verify else None
        deadline, local = _deadline(timeout), decide.local("target", target)
        arguments.plain_function("progress", progress)
        connection = await self._connected()
        async with self._reaching(path, literal=literal) as found:
            with decide.about(path):
                await download_file(
                    connection, found, local, resume=resume, deadline=deadline, progress=progress
                )
            if run is not None:
                with await async_blocking_call(local.open, "rb") as content:
                    await _transfers().verify(self, run, found, content)

    async def download_dir(
        self,
        path: SandboxPath,
        target: str | os.PathLike[str],
        *,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        on_unsupported: Literal["skip", "error"] = "skip",
    ) -> TreeReport:
        """Download a directory with all its content to `target`, a new or empty local directory.

        Modes, times, symbolic links (wherever they point), holes and empty directories are kept. Pipes, sockets and
        devices are skipped and listed in the report. With `on_unsupported="error"` they raise: `find` in the sandbox
        lists them before the transfer. The directory travels as one archive, which `tar` in the sandbox writes to its /tmp.
        `progress` reports its transfer; `timeout` limits the whole call, packing and unpacking included. A failing `tar` raises
        `CommandFailedException`, an invalid archive `SandboxInternalException`.

        Example::

            await sandbox.files.download_dir("/workspace/results", "results")
        """
        path = decide.path("path", path)
        arguments.plain_function("progress", progress)
        run = self._shell("download_dir")
        with _within(timeout, path):
            report: TreeReport = await _transfers().download_tree(
                self, run, path, decide.local("target", target), timeout, progress, on_unsupported
            )
        return report

    # Writing

    async def write_file(
        self,
        path: SandboxPath,
        data: str | bytes | bytearray | memoryview | io.IOBase,
        *,
        encoding: str = "utf-8",
        mode: int | str = decide.EXECUTABLE,
        owner: str | None = None,
        group: str | None = None,
        exclusive: bool = False,
        append: bool = False,
        verify: bool = False,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        literal: bool = False,
    ) -> None:
        """Write a file and create its parents; an existing file is overwritten.

        With `exclusive` an existing file raises `SandboxFileExistsException`, a `FileExistsError`. With `append` the
        data is added to it. Both run a shell in the sandbox, and a new file gets the mode 644 by default.

        `data` is text, bytes, or a file opened in binary mode. A file is sent from its start, if it can be rewound,
        and stays open. `progress(sent, total)` is called after each piece. `timeout` as in `read_bytes`.
        `verify` then compares the contents by SHA-256, which needs `sha256sum` in the sandbox, and raises
        `ContentMismatchException` if they differ.

        Example::

            await sandbox.files.write_file("/workspace/run.sh", "make test", mode=755)
        """
        path = decide.path("path", path)
        run = self._shell("verify=True") if verify else None
        fields = {
            "path": path,
            "data": data,
            "encoding": encoding,
            "mode": mode,
            "owner": owner,
            "group": group,
        }
        placed = exclusive or append
        entry = (
            decide.to_place(fields, exclusive=exclusive, append=append, verify=verify)
            if placed
            else decide.to_write(fields)
        )
        if run is not None and isinstance(entry.data, io.IOBase) and not entry.data.seekable():
            raise InvalidArgumentException(
                f"verify=True needs data that can be read twice, and {data!r} cannot be rewound"
            )
        with _within(timeout, path):
            if placed:
                path = await self._place(entry, timeout, progress, append=append, literal=literal)
                literal = True
            else:
                await self._write([entry], timeout, progress, literal=literal)
            if run is not None:
                written = (
                    decide.encode(data, encoding, path)
                    if isinstance(data, str)
                    else cast("bytes | IO[bytes]", entry.data)
                )
                async with self._reaching(path, literal=literal) as found:
                    await _transfers().verify(self, run, found, written)

    async def _place(
        self,
        entry: WriteEntry,
        timeout: Duration | None,
        progress: Progress | None,
        *,
        append: bool,
        literal: bool,
    ) -> str:
        from opensandbox._async.files import placing

        async def write(path: str) -> None:
            copy = entry.model_copy(update={"path": path, **({"mode": 600} if append else {})})
            await self._write([copy], timeout, progress, literal=True)

        run = self._shell("append=True" if append else "exclusive=True")
        literal = literal or await self._is_a_name(entry.path)
        place = placing.append if append else placing.create
        return await place(self, run, entry, write, literal=literal)

    async def upload(
        self,
        source: str | os.PathLike[str],
        path: SandboxPath,
        *,
        mode: int | str | None = None,
        owner: str | None = None,
        group: str | None = None,
        verify: bool = False,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        literal: bool = False,
    ) -> None:
        """Upload the local file `source` to `path`, with its own mode unless `mode` is passed; otherwise as
        `write_file`.

        Example::

            await sandbox.files.upload("model.bin", "/workspace/model.bin", verify=True)
        """
        path = decide.path("path", path)
        with await async_abandonable_call(open, decide.local("source", source), "rb") as data:
            if mode is None:
                mode = f"{stat.S_IMODE(os.fstat(data.fileno()).st_mode) & 0o777:o}"
            await self.write_file(
                path,
                data,
                mode=mode,
                owner=owner,
                group=group,
                verify=verify,
                timeout=timeout,
                progress=progress,
                literal=literal,
            )

    async def upload_dir(
        self,
        source: str | os.PathLike[str],
        path: SandboxPath,
        *,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        on_unsupported: Literal["skip", "error"] = "skip",
    ) -> TreeReport:
        """Upload the local directory `source` with all its content into the directory `path`, which is created if
        necessary.

        Modes, times, symbolic links and empty directories are kept, owners are not; holes are kept if the sandbox has
        GNU tar. Existing files stay, except those of the same name. Pipes, sockets and devices are skipped and listed
        in the report, or raise before the transfer with `on_unsupported="error"`. The directory travels as one
        archive, which `tar` in the sandbox unpacks from its /tmp. `timeout` limits the whole call, `progress` reports its
        transfer. A failing `tar` raises `CommandFailedException`.

        Example::

            await sandbox.files.upload_dir("project", "/workspace/project")
        """
        path = decide.path("path", path)
        arguments.plain_function("progress", progress)
        run = self._shell("upload_dir")
        with _within(timeout, path):
            report: TreeReport = await _transfers().upload_tree(
                self, run, decide.local("source", source), path, timeout, progress, on_unsupported
            )
        return report

    async def write_files(
        self,
        entries: Sequence[WriteEntry | WriteEntryDict],
        *,
        timeout: Duration | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write several files in one request, in order; for two entries of one path the later one wins.

        Example::

            await sandbox.files.write_files([WriteEntry(path="/a", data="1"), WriteEntry(path="/b", data=b"2", mode=600)])
        """
        await self._write(decide.entries("entries", WriteEntry, entries), timeout, progress)

    async def _write(
        self,
        entries: Sequence[WriteEntry],
        timeout: Duration | None,
        progress: Progress | None,
        *,
        literal: bool = False,
    ) -> None:
        deadline = _deadline(timeout)
        arguments.plain_function("progress", progress)
        if not entries:
            return
        connection = await self._connected()
        async with AsyncExitStack() as stack:
            reached: list[WriteEntry] = []
            for entry in entries:
                way = self._reaching(entry.path, literal=literal, parents=True)
                found = await stack.enter_async_context(way)
                reached.append(entry if found == entry.path else entry.model_copy(update={"path": found}))
            with decide.about(*(entry.path for entry in entries)):
                await upload(
                    connection, reached, fixed_length=self._fixed_length, deadline=deadline, progress=progress
                )

    async def replace_contents(
        self, entries: Sequence[ContentReplaceEntry | ContentReplaceEntryDict]
    ) -> None:
        """Replace every occurrence of a text in each file, in order. A text that does not occur is no error.

        Entries for one path are applied one after the other, in requests of their own.

        Example::

            entry = ContentReplaceEntry(path="/workspace/.env", old_content="DEBUG=1", new_content="DEBUG=0")
            await sandbox.files.replace_contents([entry])
        """
        await self._replace(entries, counted=False)

    async def replace_contents_detailed(
        self, entries: Sequence[ContentReplaceEntry | ContentReplaceEntryDict]
    ) -> list[ContentReplaceResult]:
        """Replace texts as `replace_contents` does, and return for each entry how often it occurred."""
        found = await self._replace(entries, counted=True)
        return [found[index] for index in sorted(found)]

    async def _replace(
        self, entries: Sequence[ContentReplaceEntry | ContentReplaceEntryDict], *, counted: bool
    ) -> dict[int, ContentReplaceResult]:
        checked = decide.replacements(entries)
        results: dict[int, ContentReplaceResult] = {}
        for turn in decide.rounds([entry.path for entry in checked]):
            batch = [checked[index] for index in turn]
            connection = await self._connected()
            with decide.about(*(entry.path for entry in batch)), connection.exchange() as client:
                answer = await client.request(**convert.replacement_request(batch, counted=counted))
                if counted:
                    results.update(zip(turn, convert.replacements(answer.content, batch), strict=True))
                else:
                    convert.check_done(answer.content)
        return results

    @overload
    async def open(
        self,
        path: SandboxPath,
        mode: Literal["r", "w", "x", "a", "rt", "wt", "xt", "at"] = "r",
        *,
        encoding: str | None = None,
        newline: str | None = None,
        permissions: int | str | None = None,
    ) -> SandboxFile[str]: ...

    @overload
    async def open(
        self,
        path: SandboxPath,
        mode: Literal["rb", "wb", "xb", "ab"],
        *,
        permissions: int | str | None = None,
    ) -> SandboxFile[bytes]: ...

    async def open(
        self,
        path: SandboxPath,
        mode: str = "r",
        *,
        encoding: str | None = None,
        newline: str | None = None,
        permissions: int | str | None = None,
    ) -> SandboxFile[Any]:
        """Return a file object for text, or with `b` in the mode for bytes: `r` reads, `w` writes anew, `a` behind, `x` what is new.

        Reads come by ranges, and `seek` works. Writes are sent as a whole by `close`, or the end of the block; `permissions` is the
        file's mode then (left out: that of the file that is there, else 644). `newline=""` leaves line ends as they are, for `csv`.

        Example::

            async with await sandbox.files.open("/workspace/notes.txt", "w") as file:
                await file.write("first line\\n")
        """
        from opensandbox._async.files.opened import open_file

        digits = None if permissions is None else decide.file_mode("permissions", permissions)
        path = decide.path("path", path)
        literal = await self._is_a_name(path)
        return await open_file(self, self._run, path, mode, encoding, newline, digits, literal=literal)

    async def _length(self, path: str) -> int:
        """Return how much there is to read at a path, links followed."""
        with decide.about(path):
            async with (
                self._reaching(path) as found,
                open_download(
                    await self._connected(),
                    convert.download_request(found, "bytes=0-0", None, None),
                    _deadline(None),
                ) as response,
            ):
                return ranges.span(response.status_code, response.headers).whole or 0

    # Directories and names

    async def create_directories(
        self,
        entries: Sequence[WriteEntry | WriteEntryDict] | SandboxPath | Sequence[SandboxPath],
        *,
        mode: int | str | None = None,
    ) -> None:
        """Create directories with their parents; existing ones do not change.

        They are a path, several paths (of one `mode`; left out: 755), or entries. Two entries for one path must agree: the first would
        decide, and the second be lost.

        Example::

            await sandbox.files.create_directories("/workspace/out")
        """
        checked = decide.plain_directories(entries, mode)
        wanted = decide.without_conflicts("entries", checked, "mode or owner")
        if wanted:
            with (
                decide.about(*(entry.path for entry in wanted)),
                (await self._connected()).exchange(idempotent=True) as client,
            ):
                await make_dirs.asyncio_detailed(client=client, body=convert.directories(wanted))

    async def delete_files(self, paths: list[str] | list[PurePosixPath]) -> None:
        """Delete files. A missing file is no error, a directory is.

        A missing path with U+FFFD is also an error: the character may stand for a name that is not UTF-8, which no
        request can name.

        Example::

            await sandbox.files.delete_files(["/workspace/a.txt"])
        """
        for batch in await self._to_delete(paths, trees=False):
            with decide.about(*batch), (await self._connected()).exchange() as client:
                await remove_files.asyncio_detailed(client=client, path=batch)

    async def delete_directories(self, paths: list[str] | list[PurePosixPath]) -> None:
        """Delete directories with all their content. A missing one is no error, except with U+FFFD as in
        `delete_files`.

        Example::

            await sandbox.files.delete_directories(["/workspace/out"])
        """
        for batch in await self._to_delete(paths, trees=True):
            with decide.about(*batch), (await self._connected()).exchange() as client:
                await remove_dirs.asyncio_detailed(client=client, path=batch)

    async def delete(self, path: SandboxPath, *, recursive: bool = False) -> None:
        """Delete a file, a link, or a directory; raises `SandboxFileNotFoundException` if it is missing.

        Without `recursive`, a directory with content raises `SandboxFileException` with `errno.ENOTEMPTY`.

        Example::

            await sandbox.files.delete("/workspace/build", recursive=True)
        """
        path = decide.path("path", path)
        if not decide.is_directory(await self._there(path)):
            await self.delete_files([path])
            return
        if not recursive and await self.list_directory(path):
            raise decide.not_empty(path)
        await self.delete_directories([path])

    async def _there(self, path: str) -> EntryInfo:
        info: EntryInfo = await _transfers().entry_at(self, path)
        return info

    async def _to_delete(self, paths: Sequence[SandboxPath], *, trees: bool) -> list[list[str]]:
        checked = decide.paths("paths", paths)
        names = [path for path in checked if await self._is_a_name(path)]
        if names:
            await _literal().remove(self._shell("a literal $"), names, trees=trees)
            checked = [path for path in checked if path not in names]
        # What is missing counts as deleted. A name that is not UTF-8 is never found as it is shown, and nothing would be deleted.
        await self.get_file_info([path for path in checked if decide.is_shown_only(path)])
        return decide.batches(checked)

    async def move_files(self, entries: Sequence[MoveEntry | MoveEntryDict]) -> None:
        """Move or rename files and directories, in order; an existing destination is never overwritten.

        Example::

            await sandbox.files.move_files([MoveEntry(src="/workspace/a", dest="/workspace/b")])
        """
        checked = decide.entries("entries", MoveEntry, entries)
        if checked:
            with (
                decide.about(*(entry.src for entry in checked), to=[entry.dest for entry in checked]),
                (await self._connected()).exchange() as client,
            ):
                await rename_files.asyncio_detailed(client=client, body=convert.moves(checked))

    async def copy(self, source: SandboxPath, destination: SandboxPath) -> None:
        """Copy a file, or a directory with all its content, to the path `destination`, within the sandbox.

        Modes, times, symbolic links (as links) and, if the daemon has the rights, owners are kept. Parents of
        `destination` are created. An existing `destination` raises `SandboxFileExistsException`. The copy appears
        there when it is complete. `cp` in the sandbox makes it; its failure raises `CommandFailedException`.

        Example::

            await sandbox.files.copy("/workspace/project", "/workspace/project.orig")
        """
        source = decide.path("source", source)
        destination = decide.path("destination", destination)
        await _transfers().copy(self, self._shell("copy"), source, destination)

    async def set_permissions(self, entries: Sequence[SetPermissionEntry | SetPermissionEntryDict]) -> None:
        """Set mode and owner; a mode of 0, and owners and groups of `None`, stay as they are.

        Entries for one path are applied one after the other, in requests of their own.

        Example::

            await sandbox.files.set_permissions([SetPermissionEntry(path="/workspace/key", mode=600)])
        """
        checked = decide.entries("entries", SetPermissionEntry, entries)
        for turn in decide.rounds([entry.path for entry in checked]):
            batch = [checked[index] for index in turn]
            with (
                decide.about(*(entry.path for entry in batch)),
                (await self._connected()).exchange(idempotent=True) as client,
            ):
                body = convert.permissions(batch)
                await chmod_files.asyncio_detailed(client=client, body=body)

    # Looking around

    async def search(
        self, entry: SearchEntry | SearchEntryDict | SandboxPath, pattern: str | None = None
    ) -> list[EntryInfo]:
        """Return the files, not directories, at any depth below a directory whose name matches a shell pattern.

        Example::

            found = await sandbox.files.search("/workspace", "*.py")
        """
        wanted = decide.plain_or_entry(SearchEntry, entry, pattern=decide.name_pattern(pattern))
        with decide.about(wanted.path), (await self._connected()).exchange() as client:
            answer = await client.request(**search_files.request_of(path=wanted.path, pattern=wanted.pattern))
            return convert.listing(answer.content)

    async def list_directory(
        self, entry: DirectoryListEntry | DirectoryListEntryDict | SandboxPath, *, depth: int | None = None
    ) -> list[EntryInfo]:
        """Return the entries below a directory, to the depth `depth` (default: 1), by name, children after their
        parent.

        Links are listed and never followed.

        Example::

            listing = await sandbox.files.list_directory("/workspace", depth=2)
        """
        wanted = decide.plain_or_entry(DirectoryListEntry, entry, depth=depth)
        with decide.about(wanted.path), (await self._connected()).exchange() as client:
            answer = await client.request(**convert.listing_request(wanted))
            return convert.listing(answer.content)

    async def walk(
        self, path: SandboxPath, *, on_error: Callable[[SandboxException], object] | None = None
    ) -> AsyncIterator[EntryInfo]:
        """Iterate over all entries below a directory, each directory before its content, with one request per
        directory.

        Links are yielded and never followed; a directory that disappears meanwhile is skipped. A directory that cannot
        be listed (it is not readable, or its name is not UTF-8) ends the walk with its error. With `on_error`, that
        function gets the error, and the walk continues.

        Example::

            async for entry in sandbox.files.walk("/workspace"):
                print(entry.path, entry.size)
        """
        path = decide.path("path", path)
        arguments.plain_function("on_error", on_error)
        waiting = (await self.list_directory(DirectoryListEntry(path=path, depth=1)))[::-1]
        while waiting:
            entry = waiting.pop()
            yield entry
            if not decide.is_directory(entry):
                continue
            try:
                below = await self.list_directory(DirectoryListEntry(path=entry.path, depth=1))
            except SandboxException as failure:
                if decide.has_disappeared(failure, entry.path):
                    continue
                if on_error is None:
                    raise
                on_error(failure)
            else:
                waiting += below[::-1]

    async def get_file_info(self, paths: list[str] | list[PurePosixPath]) -> dict[str, EntryInfo]:
        """Return type, size, mode, owner and times, by the path that was passed; links are not followed.

        One missing path fails the whole call.

        Example::

            info = (await sandbox.files.get_file_info(["/workspace/a.txt"]))["/workspace/a.txt"]
        """
        found: dict[str, EntryInfo] = {}
        for batch in decide.batches(decide.paths("paths", paths)):
            with decide.about(*batch), (await self._connected()).exchange() as client:
                answer = await client.request(**get_files_info.request_of(path=batch))
                found |= convert.information(answer.content)
        return found

    async def exists(self, path: SandboxPath) -> bool:
        """Return whether a path exists; a link counts, also if its target is missing.

        Example::

            if not await sandbox.files.exists("/workspace/.venv"): ...
        """
        path = decide.path("path", path)
        try:
            # An answer that says nothing about the path does not say that there is something.
            return path in await self.get_file_info([path])
        except decide.GONE:
            return False

    def watch(
        self, path: SandboxPath, *, recursive: bool = True, interval: timedelta | float = 1.0
    ) -> FileWatch:
        """Return a block that iterates over the changes below a directory, as `FileChange`s; see `FileWatch`.

        A program in the sandbox gets them from the kernel, if there is Python 3.8 or newer and inotify. Else listings are
        compared every `interval` seconds, which costs a request per directory, and misses what lasts shorter. The
        attribute `method` says which: `"inotify"` or `"listing"`.

            async with sandbox.files.watch("/workspace") as changes:
                async for change in changes:
                    print(change.kind, change.path)
        """
        from opensandbox._async.files.watching import FileWatch

        path = decide.path("path", path)
        pause = seconds("interval", interval, positive=True)
        return FileWatch(self, self._stream, path, recursive=recursive, interval=pause)

    async def url(self, path: SandboxPath, *, valid_for: timedelta | float = 3600) -> str:
        """Return an address at which anybody can download a file for `valid_for` seconds.

        The signature covers the daemon of the sandbox, not the path: whoever has the link can do there whatever you can,
        commands included, until it ends. `SandboxNotSupportedException` where the server signs no addresses.

        Example::

            link = await sandbox.files.url("/workspace/report.pdf", valid_for=600)
        """
        path = decide.path("path", path)
        return links.download_url(await signed(self._sign, self._prefix, valid_for), path)

    async def upload_link(
        self, path: SandboxPath, *, mode: int | str = 644, valid_for: timedelta | float = 3600
    ) -> UploadLink:
        """Return where anybody can upload a file for `valid_for` seconds, and what the form has to say; see `url`.

        Example::

            link = await sandbox.files.upload_link("/workspace/data.csv")
        """
        entry = decide.to_write({"path": decide.path("path", path), "data": "", "mode": mode})
        return links.upload_link(await signed(self._sign, self._prefix, valid_for), entry)

    def _shell(self, wish: str) -> Run:
        if self._run is None:
            raise InvalidArgumentException(
                f"{wish} runs a program in the sandbox, and these files come without a way to do that; use sandbox.files"
            )
        return self._run

    async def _connected(self) -> Connection:
        connection = await self._connection()
        if not self._prefix:
            return connection
        below = Connection(connection.http, join(connection.base_url, self._prefix), connection.headers)
        below.on_unreachable = connection.on_unreachable
        below.outage = connection.outage
        return below


def _deadline(timeout: Duration | None) -> Deadline:
    limit = None if timeout is None else seconds("timeout", timeout, positive=True)
    return Deadline.after(limit, monotonic()).earlier(bound())


@contextmanager
def _within(timeout: Duration | None, path: str) -> Iterator[None]:
    """Bound a call that is made of several requests by the time that it was given as a whole."""
    deadline = _deadline(timeout)
    with bounded(deadline):
        try:
            yield
        except SandboxTimeoutException as failure:
            if not deadline.passed(monotonic()):
                raise
            raise SandboxTimeoutException(
                f"{path!r}: the transfer did not end within the timeout; raise timeout ({failure})"
            ) from failure


def _literal() -> ModuleType:
    from opensandbox._async.files import literal

    return literal


def _transfers() -> ModuleType:
    # Archives and digests are loaded by those who use them.
    from opensandbox._async.files import transfers

    return transfers
