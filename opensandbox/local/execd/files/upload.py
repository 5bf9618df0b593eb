"""POST /files/upload: multipart pairs of `metadata` and `file`, at constant memory.

Every file is spooled to an unnamed temporary file first: a form that turns out to be broken, or a client that leaves
half-way, then has not touched any target.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
import tempfile
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.files.routes import os_failure
from opensandbox.local.execd.http.errors import ExecdError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from python_multipart.multipart import MultipartCallbacks

    from opensandbox.local.execd.files.routes import FileSystem
    from opensandbox.local.execd.http.messages import Request

BAD_FORM = "INVALID_FILE"
BAD_METADATA = "INVALID_FILE_METADATA"
BAD_CONTENT = "INVALID_FILE_CONTENT"
MAX_METADATA = 1 << 20
SPECIAL_BITS = stat.S_ISUID | stat.S_ISGID


async def receive_upload(
    files: FileSystem, request: Request, permission: Callable[..., dict[str, Any]]
) -> None:
    """Read the form, then write its files in order; the first failure ends it and what was written stays."""
    with _Form(request.header(b"content-type") or "") as form:
        async for piece in request.body():
            form.feed(piece)
        pairs = form.finish()
        for metadata, content in pairs:
            path = metadata.get("path")
            if not isinstance(path, str) or not path:
                raise ExecdError(400, BAD_METADATA, "'path' of the metadata is missing or empty")
            checked = permission(metadata, path, code=BAD_METADATA)
            descriptor = await _open_target(files, path, checked)
            try:
                await asyncio.to_thread(_copy, content, descriptor)
                if (checked["mode"] or 0) & SPECIAL_BITS:  # writing takes them off
                    os.fchmod(descriptor, checked["mode"])
            except OSError as error:
                raise os_failure(error, path) from error
            finally:
                os.close(descriptor)


async def _open_target(files: FileSystem, path: str, permission: dict[str, Any]) -> int:
    try:
        return await files.open("open_for_writing", path, permission)
    except OSError as error:
        raise os_failure(error, path) from error


def _copy(source: IO[bytes], target: int) -> None:
    source.flush()
    left = os.fstat(source.fileno()).st_size
    start = 0
    while left:
        try:
            copied = os.copy_file_range(source.fileno(), target, left, start)
        except OSError:  # not between these two file systems
            copied = os.sendfile(target, source.fileno(), start, left)
        if not copied:
            raise OSError("the content could not be copied completely")
        start += copied
        left -= copied


class _Form:
    """Collects the parts of a multipart form while it arrives."""

    def __init__(self, content_type: str) -> None:
        from python_multipart.multipart import MultipartParser, parse_options_header

        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise ExecdError(400, BAD_FORM, "the body has to be multipart/form-data with a boundary")
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_end": self._end,
        }
        self._parser = MultipartParser(boundary, callbacks)
        self._parse_options = parse_options_header
        self._metadata: list[bytearray] = []
        self._files: list[IO[bytes]] = []
        self._name = self._value = b""
        self._disposition = b""
        self._write: Callable[[bytes], object] | None = None
        self._complete = False

    def __enter__(self) -> _Form:
        return self

    def __exit__(self, *failure: object) -> None:
        for file in self._files:
            file.close()

    def feed(self, data: bytes) -> None:
        from python_multipart.exceptions import FormParserError

        try:
            self._parser.write(data)
        except FormParserError as error:
            raise ExecdError(400, BAD_FORM, f"the form cannot be parsed: {error}") from None

    def finish(self) -> list[tuple[dict[str, Any], IO[bytes]]]:
        if not self._complete:
            raise ExecdError(400, BAD_FORM, "the form ends too early")
        if not self._metadata:
            raise ExecdError(400, BAD_METADATA, "the part 'metadata' is missing, or has no file name")
        if not self._files:
            raise ExecdError(400, BAD_CONTENT, "the part 'file' is missing, or has no file name")
        if len(self._metadata) != len(self._files):
            raise ExecdError(
                400, BAD_FORM, f"{len(self._metadata)} 'metadata' parts for {len(self._files)} 'file' parts"
            )
        return [
            (_parse_metadata(bytes(text)), file)
            for text, file in zip(self._metadata, self._files, strict=True)
        ]

    def _begin(self) -> None:
        self._disposition = b""
        self._write = None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _, options = self._parse_options(self._disposition)
        if b"filename" not in options:
            return
        if options.get(b"name") == b"metadata":
            self._metadata.append(bytearray())
            self._write = self._add_metadata
        elif options.get(b"name") == b"file":
            spool = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115 - closed in __exit__
            self._files.append(spool)
            self._write = spool.write

    def _add_metadata(self, data: bytes) -> None:
        self._metadata[-1].extend(data)
        if len(self._metadata[-1]) > MAX_METADATA:
            raise ExecdError(400, BAD_METADATA, f"the metadata is larger than {MAX_METADATA} bytes")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._write is not None:
            self._write(data[start:end])

    def _end(self) -> None:
        self._complete = True


def _parse_metadata(text: bytes) -> dict[str, Any]:
    try:
        metadata = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExecdError(400, BAD_METADATA, f"the metadata is not JSON: {error}") from None
    if not isinstance(metadata, dict):
        raise ExecdError(400, BAD_METADATA, "the metadata has to be a JSON object")
    return metadata
