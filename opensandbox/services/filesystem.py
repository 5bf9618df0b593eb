"""Moving files in and out, and looking after those inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    import io
    import os
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import timedelta
    from pathlib import PurePosixPath

    from opensandbox._async.files.opened import SandboxFile
    from opensandbox._async.files.uploads import Progress
    from opensandbox._async.files.watching import FileWatch
    from opensandbox._core.deadlines import Duration
    from opensandbox.exceptions import SandboxException
    from opensandbox.models import (
        ContentReplaceEntry,
        ContentReplaceResult,
        DirectoryListEntry,
        EntryInfo,
        MoveEntry,
        SearchEntry,
        SetPermissionEntry,
        WriteEntry,
    )
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


class Filesystem(Protocol):
    """`sandbox.files`: paths are those inside the sandbox, modes are octal digits such as 644."""

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
        """Return a file as text, or `limit` lines of it from line `offset` on."""
        ...

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
        """Return a file, or the part named by an HTTP range such as `bytes=0-99`, or some of its lines."""
        ...

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
    ) -> AsyncIterator[bytes]:
        """Return an iterator over a file in pieces of at most `chunk_size` bytes."""
        ...

    async def write_file(
        self,
        path: SandboxPath,
        data: str | bytes | bytearray | memoryview | io.IOBase,
        *,
        encoding: str = "utf-8",
        mode: int | str = 755,
        owner: str | None = None,
        group: str | None = None,
        exclusive: bool = False,
        append: bool = False,
        verify: bool = False,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        literal: bool = False,
    ) -> None:
        """Write one file, in place of one that is there."""
        ...

    async def write_files(
        self,
        entries: Sequence[WriteEntry | WriteEntryDict],
        *,
        timeout: Duration | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write files in one request."""
        ...

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
        """Return a file object; see `SandboxFile`."""
        ...

    async def create_directories(
        self,
        entries: Sequence[WriteEntry | WriteEntryDict] | SandboxPath | Sequence[SandboxPath],
        *,
        mode: int | str | None = None,
    ) -> None:
        """Make directories, with those above them; existing ones stay as they are."""
        ...

    async def delete_files(self, paths: list[str] | list[PurePosixPath]) -> None:
        """Delete files."""
        ...

    async def delete_directories(self, paths: list[str] | list[PurePosixPath]) -> None:
        """Delete directories with everything in them."""
        ...

    async def delete(self, path: SandboxPath, *, recursive: bool = False) -> None:
        """Delete a file, a link, or a directory, with `recursive` with everything in it."""
        ...

    async def move_files(self, entries: Sequence[MoveEntry | MoveEntryDict]) -> None:
        """Move or rename files and directories."""
        ...

    async def set_permissions(self, entries: Sequence[SetPermissionEntry | SetPermissionEntryDict]) -> None:
        """Set mode, owner and group."""
        ...

    async def replace_contents(
        self, entries: Sequence[ContentReplaceEntry | ContentReplaceEntryDict]
    ) -> None:
        """Replace text in files."""
        ...

    async def replace_contents_detailed(
        self, entries: Sequence[ContentReplaceEntry | ContentReplaceEntryDict]
    ) -> list[ContentReplaceResult]:
        """Replace text in files and return how often it was found."""
        ...

    async def search(
        self, entry: SearchEntry | SearchEntryDict | SandboxPath, pattern: str | None = None
    ) -> list[EntryInfo]:
        """Return the files below a directory whose name fits a pattern."""
        ...

    async def list_directory(
        self, entry: DirectoryListEntry | DirectoryListEntryDict | SandboxPath, *, depth: int | None = None
    ) -> list[EntryInfo]:
        """Return what is in a directory."""
        ...

    async def get_file_info(self, paths: list[str] | list[PurePosixPath]) -> dict[str, EntryInfo]:
        """Return what is known about each path."""
        ...

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
        """Copy a file to the local file `target`, which is replaced at once when everything has arrived."""
        ...

    async def download_dir(
        self,
        path: SandboxPath,
        target: str | os.PathLike[str],
        *,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        on_unsupported: Literal["skip", "error"] = "skip",
    ) -> TreeReport:
        """Copy a directory with all it holds to `target`, a new or empty local directory."""
        ...

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
        """Copy the local file `source` to `path`, with its own mode unless another is given; the rest as `write_file`."""
        ...

    async def upload_dir(
        self,
        source: str | os.PathLike[str],
        path: SandboxPath,
        *,
        timeout: Duration | None = None,
        progress: Progress | None = None,
        on_unsupported: Literal["skip", "error"] = "skip",
    ) -> TreeReport:
        """Copy the local directory `source`, with all it holds, into the directory `path`, which is made if need be."""
        ...

    async def copy(self, source: SandboxPath, destination: SandboxPath) -> None:
        """Copy a file, or a directory with all it holds, to the path `destination`, within the sandbox."""
        ...

    def walk(
        self, path: SandboxPath, *, on_error: Callable[[SandboxException], object] | None = None
    ) -> AsyncIterator[EntryInfo]:
        """Iterate over everything below a directory, each directory before what it holds, one request per directory."""
        ...

    async def exists(self, path: SandboxPath) -> bool:
        """Return whether there is anything at a path; a link counts, wherever it leads."""
        ...

    def watch(
        self, path: SandboxPath, *, recursive: bool = True, interval: timedelta | float = 1.0
    ) -> FileWatch:
        """Return a block that iterates over the changes below a directory."""
        ...

    async def url(self, path: SandboxPath, *, valid_for: timedelta | float = 3600) -> str:
        """Return an address at which anybody can download a file for a while, where the server signs addresses."""
        ...

    async def upload_link(
        self, path: SandboxPath, *, mode: int | str = 644, valid_for: timedelta | float = 3600
    ) -> UploadLink:
        """Return where anybody can upload a file for a while, and what the form has to say."""
        ...


__getattr__ = public_names(__name__)
