# Generated from opensandbox/_async/files/downloads.py by scripts/unasync.py. Do not edit.
"""Receiving files: as a stream, or into a local file that appears when it is complete and can be resumed until then."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from opensandbox._concurrency.pairs import blocking_call
from opensandbox._core.convert import files as convert
from opensandbox._core.deadlines import span
from opensandbox._core.files import ranges
from opensandbox._core.files import requests as decide
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxConnectionException,
    SandboxInternalException,
    SandboxInvalidRequestException,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    import httpx
    from opensandbox_api.calls import Request

    from opensandbox._core.deadlines import Deadline
    from opensandbox._sync.calls.http import Connection
    from opensandbox._sync.files.uploads import Progress


def open_download(
    connection: Connection, request: Request, deadline: Deadline
) -> AbstractContextManager[httpx.Response]:
    """Return the context in which an answer is read; a pause of the configured request timeout ends it."""
    idle = span(connection.http.config.request_timeout)
    return connection.stream(**request, deadline=deadline, idle_timeout=idle, retry=True)


def download_file(
    connection: Connection,
    path: str,
    target: Path,
    *,
    resume: bool,
    deadline: Deadline,
    progress: Progress | None,
) -> None:
    """Copy a file of the sandbox to `target`. A connection that breaks is taken up where it broke.

    With `resume` what has arrived stays in `target`.part when the call fails, and a later call goes on from there.
    """
    if blocking_call(target.is_dir):
        raise InvalidArgumentException(
            f"target must be a file, and {str(target)!r} is a directory; add a file name"
        )
    partial = Partial(target)
    if resume:
        blocking_call(partial.find)
    complete = False
    try:
        while not complete:
            before = partial.size
            try:
                _receive(connection, path, partial, deadline, progress)
                complete = True
            except SandboxConnectionException:
                # An attempt that brings nothing new has been retried further down, as the policy says.
                if partial.size <= before:
                    raise
            except SandboxInvalidRequestException as refused:
                if refused.status_code != 416 or not partial.size:
                    raise
                # Nothing follows what is here already: the original has become shorter, or it is complete.
                partial.forget()
            finally:
                partial.pause()
        blocking_call(partial.finish)
    finally:
        if not complete and not resume:
            partial.discard()


def _receive(
    connection: Connection, path: str, partial: Partial, deadline: Deadline, progress: Progress | None
) -> None:
    request = convert.download_request(path, None, None, None)
    request["headers"] = ranges.rest_of_file(partial.size, partial.version)
    with decide.about(path):
        with open_download(connection, request, deadline) as response:
            whole = blocking_call(partial.begin, response)
            for piece in response.iter_bytes():
                blocking_call(partial.add, piece)
                if progress is not None:
                    progress(partial.size, whole)


class Partial:
    """What has arrived of a file, in a file beside the target, and which version of the original that is part of.

    The version is kept as the time of the partial file. A process that is killed leaves a later time, which fits nothing.
    """

    def __init__(self, target: Path) -> None:
        self.path = target.with_name(target.name + ".part")
        self.size = 0
        self.version: str | None = None
        self._target = target
        self._file: IO[bytes] | None = None

    def find(self) -> None:
        """Take up what an earlier call has left."""
        if self.path.is_file() and not self.path.is_symlink():
            status = self.path.stat()
            self.size, self.version = status.st_size, ranges.http_date(status.st_mtime)

    def begin(self, response: httpx.Response) -> int | None:
        """Make ready for what the answer brings, and return the length of the whole file, where that is known."""
        span = ranges.span(response.status_code, response.headers)
        if span.start not in (0, self.size) or (span.start and span.version not in (None, self.version)):
            raise SandboxInternalException(
                f"bytes from {self.size} of the version of {self.version} were asked for, and bytes from {span.start} of "
                f"{span.version} came; the server does not keep to If-Range, so delete {self.path} and start anew"
            )
        self._file = self.path.open("ab" if span.start else "wb")
        self.size, self.version = span.start, span.version or (self.version if span.start else None)
        return span.whole

    def add(self, piece: bytes) -> None:
        """Keep what has arrived."""
        assert self._file is not None
        self._file.write(piece)
        self.size += len(piece)

    def pause(self) -> None:
        """Write everything out, and note the version."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        if (modified := ranges.parse_http_date(self.version)) is not None:
            os.utime(self.path, (modified, modified))

    def forget(self) -> None:
        """Begin anew with the next answer."""
        self.size, self.version = 0, None

    def finish(self) -> None:
        """Put the complete file in place, at once."""
        self.path.replace(self._target)

    def discard(self) -> None:
        """Remove what has arrived."""
        self.path.unlink(missing_ok=True)
