"""Moving files in and out, and looking after those inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    import io
    from collections.abc import AsyncIterator

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


class Filesystem(Protocol):
    """`sandbox.files`: paths are those inside the sandbox, modes are octal digits such as 644."""

    async def read_file(
        self,
        path: str,
        *,
        encoding: str = "utf-8",
        range_header: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> str:
        """Return a file as text, or `limit` lines of it from line `offset` on."""
        ...

    async def read_bytes(
        self,
        path: str,
        *,
        range_header: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> bytes:
        """Return a file, or the part named by an HTTP range such as `bytes=0-99`, or some of its lines."""
        ...

    async def read_bytes_stream(
        self,
        path: str,
        *,
        chunk_size: int = 65536,
        range_header: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[bytes]:
        """Return an iterator over a file in pieces of at most `chunk_size` bytes."""
        ...

    async def write_file(
        self,
        path: str,
        data: str | bytes | io.IOBase,
        *,
        encoding: str = "utf-8",
        mode: int = 755,
        owner: str | None = None,
        group: str | None = None,
    ) -> None:
        """Write one file, in place of one that is there."""
        ...

    async def write_files(self, entries: list[WriteEntry]) -> None:
        """Write files in one request."""
        ...

    async def create_directories(self, entries: list[WriteEntry]) -> None:
        """Make directories, with those above them; existing ones stay as they are."""
        ...

    async def delete_files(self, paths: list[str]) -> None:
        """Delete files."""
        ...

    async def delete_directories(self, paths: list[str]) -> None:
        """Delete directories with everything in them."""
        ...

    async def move_files(self, entries: list[MoveEntry]) -> None:
        """Move or rename files and directories."""
        ...

    async def set_permissions(self, entries: list[SetPermissionEntry]) -> None:
        """Set mode, owner and group."""
        ...

    async def replace_contents(self, entries: list[ContentReplaceEntry]) -> None:
        """Replace text in files."""
        ...

    async def replace_contents_detailed(
        self, entries: list[ContentReplaceEntry]
    ) -> list[ContentReplaceResult]:
        """Replace text in files and return how often it was found."""
        ...

    async def search(self, entry: SearchEntry) -> list[EntryInfo]:
        """Return the files below a directory whose name fits a pattern."""
        ...

    async def list_directory(self, entry: DirectoryListEntry) -> list[EntryInfo]:
        """Return what is in a directory."""
        ...

    async def get_file_info(self, paths: list[str]) -> dict[str, EntryInfo]:
        """Return what is known about each path."""
        ...


__getattr__ = public_names(__name__)
