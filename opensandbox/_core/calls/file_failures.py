"""What went wrong with a file, read from what the daemon says: its status is 500 for nearly everything."""

from __future__ import annotations

import errno
import re
from typing import Final, NamedTuple

from opensandbox.exceptions import (
    SandboxApiException,
    SandboxError,
    SandboxFileException,
    SandboxFileExistsException,
    SandboxFileNotFoundException,
    SandboxFilePermissionException,
    SandboxIsADirectoryException,
    SandboxNotADirectoryException,
)

_OPERATION: Final = re.compile(
    r"/(?:files|directories)(?:/(?:download|info|list|mv|permissions|replace|search|upload))?$"
)
_CODES: Final = frozenset({"RUNTIME_ERROR", "INVALID_REQUEST_BODY"})


class FileFailure(NamedTuple):
    """The class of an exception about a file, the system's number, and the way out."""

    kind: type[SandboxApiException]
    errno: int | None
    advice: str


_MISSING: Final = FileFailure(
    SandboxFileNotFoundException,
    errno.ENOENT,
    "there is no such file in the sandbox; look with list_directory what there is",
)

_Row = tuple[str, type[SandboxApiException], int | None, str]


def _causes(*rows: _Row) -> tuple[tuple[re.Pattern[str], FileFailure], ...]:
    return tuple(
        (re.compile(words, re.IGNORECASE), FileFailure(kind, number, advice))
        for words, kind, number, advice in rows
    )


# The words are the system's, which daemons of every language pass on. The first that fits counts.
_CAUSES: Final = _causes(
        (
            "not a directory",
            SandboxNotADirectoryException,
            errno.ENOTDIR,
            "a part of the path is a file; correct the path",
        ),
        (
            "is a directory",
            SandboxIsADirectoryException,
            errno.EISDIR,
            "it is a directory; name a file in it, or use list_directory, download_dir or delete_directories",
        ),
        (
            "permission denied|operation not permitted",
            SandboxFilePermissionException,
            errno.EACCES,
            "the user that reads and writes files may not; use files_with_identity, or set_permissions first",
        ),
        (
            "file exists|exists already|already exists",
            SandboxFileExistsException,
            errno.EEXIST,
            "it exists; delete it first, or use another path",
        ),
        ("file ?name too long", SandboxFileException, errno.ENAMETOOLONG, "shorten the name"),
        (
            "too many (?:levels of )?(?:symbolic )?links",
            SandboxFileException,
            errno.ELOOP,
            "its symbolic links lead in a circle; correct them",
        ),
        ("read-only file system", SandboxFileException, errno.EROFS, "it is read-only; use another place"),
        (
            "no space left|quota exceeded",
            SandboxFileException,
            errno.ENOSPC,
            "the disk of the sandbox is full; delete something",
        ),
        (
            "directory not empty",
            SandboxFileException,
            errno.ENOTEMPTY,
            "it is not empty; delete what it holds first",
        ),
        ("(?:resource|file) busy", SandboxFileException, errno.EBUSY, "a program uses it; try again when that has ended"),
        (
            "not a regular file",
            SandboxFileException,
            None,
            "it is a device, pipe or socket; use a command for it",
        ),
        (
            "cross-device|not on the same",
            SandboxFileException,
            errno.EXDEV,
            "it lies on another file system; copy it there and delete it here",
        ),
        (
            "invalid argument",
            SandboxFileException,
            errno.EINVAL,
            "the file system there does not allow this; use another path",
        ),
        (r"(?:owner|group|user)\b.* unknown|unknown (?:user|group)", SandboxFileException, None, "name an account of the sandbox, or its number"),
        ("error in pattern|pattern .*invalid", SandboxFileException, errno.EINVAL, "correct the pattern"),
        ("no such file|does not exist", _MISSING.kind, _MISSING.errno, _MISSING.advice),
)  # fmt: skip


def file_failure(path: str, code: str | None, text: str | None) -> FileFailure | None:
    """Return what an error answer says about a file; `None` where it is about something else."""
    if code == SandboxError.FILE_NOT_FOUND:
        return _MISSING
    if code not in _CODES or not _OPERATION.search(path):
        return None
    said = text or ""
    # The cause stands last. What stands before it holds the path, which may have any words.
    parts = (said.rpartition(": ")[2], said)
    return next((failure for part in parts for words, failure in _CAUSES if words.search(part)), None)
