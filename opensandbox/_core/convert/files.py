"""Files: requests out, descriptions of files in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opensandbox_api.execd.api.filesystem import download_file, list_directory, replace_content
from opensandbox_api.execd.models.chmod_files_body import ChmodFilesBody
from opensandbox_api.execd.models.file_info import FileInfo
from opensandbox_api.execd.models.make_dirs_body import MakeDirsBody
from opensandbox_api.execd.models.permission import Permission
from opensandbox_api.execd.models.rename_file_item import RenameFileItem
from opensandbox_api.execd.models.replace_content_body import ReplaceContentBody
from opensandbox_api.execd.models.replace_file_content_item import ReplaceFileContentItem
from opensandbox_api.execd.models.replace_file_content_result import ReplaceFileContentResult
from opensandbox_api.types import UNSET

from opensandbox._core.convert.values import given
from opensandbox.models.filesystem import (
    ContentReplaceEntry,
    ContentReplaceResult,
    DirectoryListEntry,
    EntryInfo,
    MoveEntry,
    SetPermissionEntry,
    WriteEntry,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opensandbox_api.calls import Request


def download_request(path: str, range_header: str | None, offset: int | None, limit: int | None) -> Request:
    """Return the request for a file, or for a part of it."""
    return download_file.request_of(
        path=path,
        range_=UNSET if range_header is None else range_header,
        offset=UNSET if offset is None else offset,
        limit=UNSET if limit is None else limit,
    )


def listing_request(entry: DirectoryListEntry) -> Request:
    """Return the request for what a directory holds; without a depth the daemon's default counts."""
    return list_directory.request_of(path=entry.path, depth=UNSET if entry.depth is None else entry.depth)


def directories(entries: Sequence[WriteEntry]) -> MakeDirsBody:
    """Return the body that asks for directories."""
    body = MakeDirsBody()
    for entry in entries:
        body[entry.path] = _permission(entry)
    return body


def permissions(entries: Sequence[SetPermissionEntry]) -> ChmodFilesBody:
    """Return the body that sets modes and owners."""
    body = ChmodFilesBody()
    for entry in entries:
        body[entry.path] = _permission(entry)
    return body


def _permission(entry: WriteEntry | SetPermissionEntry) -> Permission:
    return Permission(
        mode=entry.mode,
        owner=UNSET if entry.owner is None else entry.owner,
        group=UNSET if entry.group is None else entry.group,
    )


def moves(entries: Sequence[MoveEntry]) -> list[RenameFileItem]:
    """Return the body that moves paths."""
    return [RenameFileItem(src=entry.src, dest=entry.dest) for entry in entries]


def replacement_request(entries: Sequence[ContentReplaceEntry], *, counted: bool) -> Request:
    """Return the request that replaces texts, and asks how often that happened."""
    body = ReplaceContentBody()
    for entry in entries:
        body[entry.path] = ReplaceFileContentItem(old=entry.old_content, new=entry.new_content)
    return replace_content.request_of(body=body, verbose=counted)


def replacements(content: bytes, entries: Sequence[ContentReplaceEntry]) -> list[ContentReplaceResult]:
    """Return how often each text was replaced, in the order of the entries."""
    answer: Mapping[str, Mapping[str, object]] = json.loads(content or b"null") or {}
    return [
        _replaced(entry.path, ReplaceFileContentResult.from_dict(answer[entry.path])) for entry in entries
    ]


def _replaced(path: str, result: ReplaceFileContentResult) -> ContentReplaceResult:
    return ContentReplaceResult(path=path, replaced_count=result.replaced_count)


def check_done(content: bytes) -> None:
    """Raise for a success that is not a daemon's: that says nothing, or JSON."""
    json.loads(content.strip() or b"null")


def listing(content: bytes) -> list[EntryInfo]:
    """Return descriptions of files; daemons also write `null`, or nothing, for an empty list."""
    return [_entry(FileInfo.from_dict(record)) for record in json.loads(content or b"null") or []]


def information(content: bytes) -> dict[str, EntryInfo]:
    """Return descriptions of files by the path that was asked for."""
    answer: Mapping[str, Mapping[str, object]] = json.loads(content or b"null") or {}
    return {path: _entry(FileInfo.from_dict(record)) for path, record in answer.items()}


def _entry(info: FileInfo) -> EntryInfo:
    kind = given(info.type_)
    return EntryInfo.model_construct(
        path=info.path,
        entry_type=None if kind is None else str(kind),
        mode=info.mode,
        owner=info.owner,
        group=info.group,
        size=info.size,
        modified_at=info.modified_at,
        created_at=info.created_at,
    )
