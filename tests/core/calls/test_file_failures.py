"""From the words of a daemon to the exception about a file, whatever language it is written in."""

from __future__ import annotations

import errno
import json
import pickle

import pytest

from opensandbox._core.calls.failures import api_failure
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConflictException,
    SandboxFileException,
    SandboxFileExistsException,
    SandboxFileNotFoundException,
    SandboxFilePermissionException,
    SandboxIsADirectoryException,
    SandboxNotADirectoryException,
    SandboxNotFoundException,
)

UPLOAD = "http://host/at/box/44772/files/upload"


def failure(
    text: str, *, status: int = 500, code: str = "RUNTIME_ERROR", url: str = UPLOAD
) -> SandboxApiException:
    body = json.dumps({"code": code, "message": text}).encode()
    return api_failure(status=status, headers={}, body=body, method="POST", url=url)


@pytest.mark.parametrize(
    ("text", "kind", "builtin", "number"),
    [
        ("open /w/d: is a directory", SandboxIsADirectoryException, IsADirectoryError, errno.EISDIR),
        ("Is a directory: /w/d", SandboxIsADirectoryException, IsADirectoryError, errno.EISDIR),
        ("mkdir /w/f: not a directory", SandboxNotADirectoryException, NotADirectoryError, errno.ENOTDIR),
        ("open /w/f: permission denied", SandboxFilePermissionException, PermissionError, errno.EACCES),
        ("chown /w/f: operation not permitted", SandboxFilePermissionException, PermissionError, errno.EACCES),
        ("mkdir /w/f: file exists", SandboxFileExistsException, FileExistsError, errno.EEXIST),
        ("/w/f exists already: delete it first", SandboxFileExistsException, FileExistsError, errno.EEXIST),
        ("open /w/n: no such file or directory", SandboxFileNotFoundException, FileNotFoundError, errno.ENOENT),
        ("open /w/n: file name too long", SandboxFileException, OSError, errno.ENAMETOOLONG),
        ("open /w/l: too many levels of symbolic links", SandboxFileException, OSError, errno.ELOOP),
        ("open /w/l: too many links", SandboxFileException, OSError, errno.ELOOP),
        ("write /w/f: no space left on device", SandboxFileException, OSError, errno.ENOSPC),
        ("open /etc/x: read-only file system", SandboxFileException, OSError, errno.EROFS),
        ("/dev/null is not a regular file", SandboxFileException, OSError, None),
        ("owner 'nobody2' is unknown in the sandbox", SandboxFileException, OSError, None),
    ],
)  # fmt: skip
def test_the_cause_decides_class_number_and_advice(
    text: str, kind: type[SandboxApiException], builtin: type[OSError], number: int | None
) -> None:
    found = failure(text)
    assert type(found) is kind
    assert isinstance(found, builtin)
    assert not isinstance(found, SandboxNotFoundException)
    assert isinstance(found, OSError)
    assert (found.errno, found.status_code, found.code) == (number, 500, "RUNTIME_ERROR")
    assert "try again later" not in str(found)
    assert text in str(found)


@pytest.mark.parametrize(
    ("status", "code", "url", "kind"),
    [
        (404, "FILE_NOT_FOUND", UPLOAD, SandboxFileNotFoundException),
        (404, "FILE_NOT_FOUND", "http://host/44772/code", SandboxFileNotFoundException),
        (
            404,
            "SESSION_NOT_FOUND",
            "http://host/v1/isolated/session/1/files/upload",
            SandboxNotFoundException,
        ),
        (404, "DOCKER::SANDBOX_NOT_FOUND", "http://host/v1/sandboxes/box", SandboxNotFoundException),
        (400, "INVALID_REQUEST_BODY", UPLOAD, SandboxIsADirectoryException),
        (409, "SANDBOX::STATE", "http://host/v1/sandboxes/files", SandboxConflictException),
        (500, "RUNTIME_ERROR", "http://host/44772/command", SandboxApiException),
    ],
)
def test_only_answers_about_files_are_read_like_this(
    status: int, code: str, url: str, kind: type[SandboxApiException]
) -> None:
    assert type(failure("x is a directory", status=status, code=code, url=url)) is kind


def test_a_failure_in_the_sandbox_is_no_failure_of_the_server() -> None:
    told = str(failure("unknown context", url="http://host/44772/code"))
    assert "it failed in the sandbox for the reason given" in told
    assert "try again later" in str(failure("?", code="LIFECYCLE::UNKNOWN", url="http://host/v1/sandboxes"))


def test_number_and_path_survive_pickling() -> None:
    found = failure("write: no space left on device")
    assert isinstance(found, SandboxFileException)
    found.filename = "/w/f"
    twin = pickle.loads(pickle.dumps(found))
    assert (twin.errno, twin.filename, twin.status_code, str(twin)) == (errno.ENOSPC, "/w/f", 500, str(found))


def test_what_a_server_says_cannot_move_the_cursor_or_forge_a_line() -> None:
    told = str(failure("\x1b[2Jgone\nERROR forged \u202eback\x00"))
    assert "\x1b" not in told
    assert "\n" not in told
    assert r"\x1b[2Jgone\nERROR forged \u202eback\x00" in told
    page = b'{"message": "a\\u001b[2Jb\\nc"}'
    bare = str(api_failure(status=500, headers={}, body=page, method="GET", url=UPLOAD))
    assert r"a\x1b[2Jb\nc" in bare
