"""Changes of files, and links to upload one."""

from __future__ import annotations

from typing import Literal, NamedTuple


class FileChange(NamedTuple):
    """What happened to a file, directory or link: `kind` is `"created"`, `"changed"` or `"deleted"`. A move is both of the
    outer ones."""

    kind: Literal["created", "changed", "deleted"]
    path: str
    is_directory: bool = False


class UploadLink(NamedTuple):
    """Where anybody may upload one file for a while: a form of two files, `metadata` (this text) and then `file`.

    Example::

        link = await sandbox.files.upload_link("/workspace/data.csv")
        httpx.post(link.url, files={"metadata": link.metadata.encode(), "file": open("data.csv", "rb")}).raise_for_status()
    """

    url: str
    metadata: str
