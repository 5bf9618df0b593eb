"""GET /files/download: whole files, byte ranges and lines, at constant memory."""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from opensandbox.local.execd.http.errors import invalid
from opensandbox.local.execd.http.messages import Request, Response, json_response

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import BinaryIO

    from opensandbox.local.execd.files.routes import FileSystem

PIECE = 256 << 10

_RANGE = re.compile(r"\s*([0-9]*)\s*-\s*([0-9]*)\s*")


async def answer_download(files: FileSystem, request: Request) -> Response:
    """Answer a download in the form its query and headers ask for."""
    path = request.required_query("path")
    first, count = _line_number(request, "offset"), _line_number(request, "limit")
    wanted = request.header(b"range") or None
    by_lines = first is not None or count is not None
    if by_lines and wanted is not None:
        raise invalid("'offset' and 'limit' cannot be combined with a Range header")
    file = os.fdopen(await files.open("open_for_reading", path), "rb")
    if by_lines:
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        return Response(200, _lines(file, (first or 1) - 1, count), headers)
    try:
        return _whole_or_range(file, os.path.basename(path), wanted, request)
    except BaseException:
        file.close()
        raise


def _whole_or_range(file: BinaryIO, name: str, wanted: str | None, request: Request) -> Response:
    status = os.fstat(file.fileno())
    size, modified = status.st_size, int(status.st_mtime)
    headers = [("Content-Type", "application/octet-stream"), ("Content-Disposition", _disposition(name))]
    headers += [("Last-Modified", _http_date(modified)), ("Accept-Ranges", "bytes")]
    if wanted is not None and _condition_holds(request.header(b"if-range"), modified):
        span = parse_range(wanted, size)
        if span is None or span == (0, 0):
            file.close()
            problem = "is no byte range" if span is None else f"lies outside of a file of {size} bytes"
            refusal = json_response({"code": "UNKNOWN", "message": f"{wanted!r} {problem}"}, 416)
            if span is not None:
                refusal.headers.append(("Content-Range", f"bytes */{size}"))
            return refusal
        start, end = span
        headers += [
            ("Content-Range", f"bytes {start}-{end - 1}/{size}"),
            ("Content-Length", str(end - start)),
        ]
        return Response(206, _range(file, start, end), headers)
    since = request.header(b"if-modified-since")
    if since and (seconds := _parse_http_date(since)) is not None and modified <= seconds:
        file.close()
        return Response(304, b"", headers[1:])
    if size == 0 and (content := file.read()):  # files of /proc say 0 and have content all the same
        size = len(content)
        file.close()
        return Response(200, content, headers)
    return Response(200, _range(file, 0, size), [*headers, ("Content-Length", str(size))])


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first satisfiable range as (start, end); None for bad syntax, (0, 0) when all lie outside."""
    unit, equals, specs = header.partition("=")
    if unit.strip() != "bytes" or not equals:
        return None
    satisfiable = []
    for spec in specs.split(","):
        match = _RANGE.fullmatch(spec)
        if match is None or not (match[1] or match[2]):
            return None
        if not match[1]:
            start, end = max(size - int(match[2]), 0), size
        else:
            start = int(match[1])
            end = min(int(match[2]) + 1, size) if match[2] else size
            if match[2] and int(match[2]) < start:
                return None
        if start < end:
            satisfiable.append((start, end))
    return satisfiable[0] if satisfiable else (0, 0)


async def _range(file: BinaryIO, start: int, end: int) -> AsyncGenerator[bytes, None]:
    with file:
        file.seek(start)
        while start < end:
            piece = await asyncio.to_thread(file.read, min(PIECE, end - start))
            if not piece:
                raise OSError("the file became shorter while it was read")
            start += len(piece)
            yield piece


async def _lines(file: BinaryIO, skip: int, count: int | None) -> AsyncGenerator[bytes, None]:
    with file:
        lines = _LineReader(file, skip, count)
        while piece := await asyncio.to_thread(lines.next_piece):
            yield piece


class _LineReader:
    """Lines of a file joined by line feeds, in pieces; no line feed follows the last one."""

    def __init__(self, file: BinaryIO, skip: int, count: int | None) -> None:
        self._file = file
        self._skip = skip
        self._left = count
        self._separator = b""

    def next_piece(self) -> bytes:
        for _ in range(self._skip):
            if not self._file.readline():
                return b""
        self._skip = 0
        parts: list[bytes] = []
        size = 0
        while size < PIECE and self._left != 0 and (line := self._file.readline()):
            parts.append(self._separator + line.removesuffix(b"\n").removesuffix(b"\r"))
            size += len(parts[-1])
            self._separator = b"\n"
            if self._left is not None:
                self._left -= 1
        return b"".join(parts)


def _line_number(request: Request, name: str) -> int | None:
    given = request.query(name)
    if given is None:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise invalid(f"'{name}' is {given!r}, it has to be an integer from 1 on")
    return int(given)


def _disposition(name: str) -> str:
    encoded = quote(name, safe=" !#$&+-.^_`|~()[]{}@=,;", errors="surrogateescape")
    if name.isascii():
        return f'attachment; filename="{encoded}"'
    return f"attachment; filename=\"{encoded}\"; filename*=UTF-8''{quote(name, safe='', errors='surrogateescape')}"


def _http_date(seconds: int) -> str:
    from email.utils import formatdate

    return formatdate(seconds, usegmt=True)


def _parse_http_date(text: str) -> int | None:
    from email.utils import parsedate_to_datetime

    try:
        return int(parsedate_to_datetime(text).timestamp())
    except ValueError:
        return None


def _condition_holds(if_range: str | None, modified: int) -> bool:
    return if_range is None or _parse_http_date(if_range) == modified
