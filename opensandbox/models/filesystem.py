"""Files and directories in a sandbox."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from opensandbox.models.base import Answer, Model, NonBlank
from opensandbox.models.file_modes import FileMode

SandboxPath = str | PurePosixPath
"""A path in the sandbox. (`pathlib.Path` is one too, where this program runs on a system like the sandbox's.)"""


class EntryInfo(Answer):
    """A file, directory or link; `mode` are octal digits (644), `entry_type` is a word such as `file`."""

    path: str
    entry_type: Annotated[str | None, Field(alias="type")] = None
    mode: int
    owner: str
    group: str
    size: int
    modified_at: datetime
    created_at: datetime


def _as_bytes(data: object) -> object:
    # Left to pydantic a bytearray would become text.
    return bytes(data) if isinstance(data, bytearray | memoryview) else data


class WriteEntry(Model):
    """A file to be written, or a directory to be made (which has no `data`).

    `data` is text (encoded with `encoding`), bytes, or a file opened in binary mode, which is sent
    piece by piece. `mode` are octal digits: 755 or "0755"; 0 leaves it to the daemon.

        WriteEntry(path="/workspace/run.sh", data="#!/bin/sh\\n", mode=755)
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    path: NonBlank
    data: Annotated[str | bytes | io.IOBase | None, BeforeValidator(_as_bytes)] = Field(
        default=None, repr=False
    )
    mode: FileMode = 755
    owner: str | None = None
    group: str | None = None
    encoding: NonBlank = "utf-8"


class DirectoryListEntry(Model):
    """A directory to be listed, and how many levels deep (`None`: the daemon's default)."""

    path: NonBlank
    depth: Annotated[int, Field(ge=0)] | None = None


class MoveEntry(Model):
    """A file or directory to be moved or renamed: `MoveEntry(src="/a", dest="/b")`."""

    src: Annotated[NonBlank, Field(alias="source")]
    dest: Annotated[NonBlank, Field(alias="destination")]


class SetPermissionEntry(Model):
    """Owner, group and mode (octal digits) for one path; what is `None`, or a mode of 0, stays as it is."""

    path: NonBlank
    owner: str | None = None
    group: str | None = None
    mode: FileMode = 755


class ContentReplaceEntry(Model):
    """Replace every occurrence of a text in one file."""

    path: NonBlank
    old_content: str
    new_content: str


class ContentReplaceResult(Answer):
    """How often the text was found and replaced in one file."""

    path: str
    replaced_count: int


class SearchEntry(Model):
    """Files below `path` whose name fits the shell pattern, such as `*.py`."""

    path: NonBlank
    pattern: NonBlank
