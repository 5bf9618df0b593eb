"""Bodies up to a bound, compressed or not."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from opensandbox._core.calls.bodies import BoundedBody

MIB = 1 << 20


@pytest.mark.parametrize("limit", [10, 11, None])
def test_what_fits_is_taken_whole(limit: int | None) -> None:
    for encoding, pieces in (
        ("", [b"01234", b"56789"]),
        ("br", [b"0123456789"]),  # decoded by httpx
        ("gzip", [bytes([byte]) for byte in gzip.compress(b"0123456789")]),
        ("deflate", [zlib.compress(b"0123456789")]),
    ):
        body = BoundedBody(limit, encoding)
        for piece in pieces:
            body.add(piece)
        assert (body.content(), body.overflows) == (b"0123456789", False)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_what_is_too_long_is_cut(encoding: str) -> None:
    content = b"0123456789" * 10
    body = BoundedBody(25, encoding)
    body.add(gzip.compress(content) if encoding else content)
    assert (body.content(), body.overflows) == (content[:25], True)


def test_a_bomb_takes_no_more_memory_than_the_bound() -> None:
    bomb = gzip.compress(bytes(64 * MIB))
    body = BoundedBody(MIB, "gzip")
    tracemalloc.start()
    body.add(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert body.overflows
    assert peak < 4 * MIB


def test_what_is_not_compressed_as_it_says_is_an_error() -> None:
    with pytest.raises(zlib.error):
        BoundedBody(None, "gzip").add(b"plain")
