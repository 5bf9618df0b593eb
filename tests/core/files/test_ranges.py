"""Asking for the rest of a file, and reading what an answer holds."""

from __future__ import annotations

import pytest

from opensandbox._core.files import ranges
from opensandbox._core.files.ranges import Span

DATE = "Mon, 23 Nov 2026 02:00:00 GMT"


@pytest.mark.parametrize(
    ("start", "version", "expected"),
    [
        (0, None, {}),
        (0, DATE, {}),
        (5, None, {}),  # of an unknown version nothing can be added to
        (5, DATE, {"Range": "bytes=5-", "If-Range": DATE}),
    ],
)
def test_rest_of_file(start: int, version: str | None, expected: dict[str, str]) -> None:
    assert ranges.rest_of_file(start, version) == expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {"Content-Length": "7", "Last-Modified": DATE}, Span(0, 7, DATE)),
        (200, {}, Span(0, None, None)),
        (200, {"Content-Length": "many"}, Span(0, None, None)),
        (206, {"Content-Range": "bytes 3-6/7", "Content-Length": "4"}, Span(3, 7, None)),
        (206, {"Content-Range": "bytes 3-6/*"}, Span(3, None, None)),
        (206, {"Content-Range": "lines 3-6/7", "Content-Length": "4"}, Span(0, 4, None)),
        (200, {"Content-Range": "bytes 3-6/7", "Content-Length": "9"}, Span(0, 9, None)),
    ],
)
def test_span(status: int, headers: dict[str, str], expected: Span) -> None:
    assert ranges.span(status, headers) == expected


def test_dates_come_back_in_whole_seconds() -> None:
    assert ranges.http_date(1795399200.9) == ranges.http_date(1795399200)
    assert ranges.parse_http_date(ranges.http_date(1795399200)) == 1795399200


@pytest.mark.parametrize("text", [None, "", "yesterday"])
def test_no_date_is_no_time(text: str | None) -> None:
    assert ranges.parse_http_date(text) is None
