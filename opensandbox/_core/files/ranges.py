"""Parts of files over HTTP: how to ask for the rest of one, and what an answer holds."""

from __future__ import annotations

import re
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class Span(NamedTuple):
    """What of a file an answer holds: from `start` to the end; `whole` is the length of the file, where that is known."""

    start: int
    whole: int | None
    version: str | None


def rest_of_file(start: int, version: str | None) -> dict[str, str]:
    """Return headers that ask for a file from `start` on, or for all of it where it is not that version any more."""
    if not start or version is None:
        return {}
    return {"Range": f"bytes={start}-", "If-Range": version}


def span(status: int, headers: Mapping[str, str]) -> Span:
    """Read what an answer holds from its status and headers."""
    version = headers.get("Last-Modified")
    if status == 206 and (found := _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))):
        return Span(int(found[1]), None if found[2] == "*" else int(found[2]), version)
    length = headers.get("Content-Length", "")
    return Span(0, int(length) if length.isdecimal() else None, version)


def http_date(timestamp: float) -> str:
    """Return a time the way headers have it, in whole seconds."""
    return formatdate(int(timestamp), usegmt=True)


def parse_http_date(text: str | None) -> float | None:
    """Return the time in a header, `None` where there is none."""
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except ValueError:
        return None
