"""How the body of an answer is framed."""

from __future__ import annotations

import pytest

from opensandbox._core.net.bodies import Body, CountedBody, OpenBody, body_of
from opensandbox._core.net.chunks import ChunkedBody
from opensandbox._core.net.malformed import Malformed

LENGTH = (b"content-length", b"3")
CHUNKED = (b"transfer-encoding", b"chunked")


@pytest.mark.parametrize(
    ("method", "status", "headers", "kind", "over"),
    [
        (b"GET", 200, [LENGTH], CountedBody, False),
        (b"GET", 200, [(b"content-length", b"0")], CountedBody, True),
        (b"GET", 200, [CHUNKED], ChunkedBody, False),
        (b"GET", 200, [LENGTH, CHUNKED], ChunkedBody, False),
        (b"GET", 200, [CHUNKED, LENGTH], ChunkedBody, False),
        (b"GET", 200, [(b"content-type", b"text/plain")], OpenBody, False),
        (b"GET", 205, [], OpenBody, False),
        (b"HEAD", 200, [LENGTH], CountedBody, True),
        (b"HEAD", 200, [CHUNKED], CountedBody, True),
        (b"GET", 204, [], CountedBody, True),
        (b"GET", 304, [LENGTH], CountedBody, True),
        (b"GET", 101, [], CountedBody, True),
    ],
)
def test_body_that_follows_a_head(
    method: bytes, status: int, headers: list[tuple[bytes, bytes]], kind: type, over: bool
) -> None:
    body = body_of(method, status, headers)
    assert type(body) is kind
    assert body.over is over


def test_counted_body_ends_with_its_last_byte() -> None:
    body = CountedBody(5)
    assert (body.take(b"abc"), body.over) == (b"abc", False)
    assert (body.take(b"defg"), body.over, body.surplus) == (b"de", True, b"fg")


def test_whole_pieces_are_not_copied() -> None:
    piece = bytes(100)
    assert CountedBody(101).take(piece) is piece
    assert CountedBody(100).take(piece) is piece
    assert OpenBody().take(piece) is piece


@pytest.mark.parametrize(
    ("body", "reason"),
    [(CountedBody(5), r"received 2 bytes, expected 5"), (ChunkedBody(), "incomplete chunked read")],
)
def test_body_that_breaks_off_is_malformed(body: Body, reason: str) -> None:
    body.take(b"1\r")
    with pytest.raises(Malformed, match=reason):
        body.end()


def test_open_body_lasts_until_the_connection_ends() -> None:
    body = OpenBody()
    assert body.take(b"abc") == b"abc"
    assert not body.over
    body.end()
    assert body.over
