"""Bodies in chunks: the same content, end and surplus as h11 reads, in fewer pieces."""

from __future__ import annotations

import time
from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.net.chunks import MAX_LINE, MAX_TRAILERS, SMALL, ChunkedBody, plain_chunks
from opensandbox._core.net.malformed import Malformed

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
NEXT = b"HTTP/1.1 204 No Content\r\n\r\n"
BODIES = {
    "plain": b"3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
    "line ends inside": b"4\r\n\r\n\r\n\r\n2\r\n\r\n\r\n0\r\n\r\n",
    "what looks like chunks inside": b"8\r\n3\r\nabc\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "large and small letters, leading zeros": b"A\r\n0123456789\r\n0a\r\n0123456789\r\n000\r\n\r\n",
    "extensions": b"3;name=value\r\nabc\r\n1\r\nd\r\n0;last\r\n\r\n",
    "blanks behind the size": b"3 \r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
    "trailers": b"3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n",
    "empty": b"0\r\n\r\n",
    "with the next answer behind it": b"3\r\nabc\r\n0\r\n\r\n" + NEXT,
    "cut off in a chunk": b"3\r\nabc\r\n5\r\nde",
    "cut off in a size": b"3\r\nabc\r\n5",
    "cut off before the last chunk": b"3\r\nabc\r\n",
    "a wrong line end": b"3\r\nabc\r\n1\r\ndXX0\r\n\r\n",
    "no size": b"3\r\nabc\r\nxyz\r\n",
    "a sign before the size": b"3\r\nabc\r\n+1\r\nd\r\n0\r\n\r\n",
    "a prefix of the size": b"3\r\nabc\r\n0x1\r\nd\r\n0\r\n\r\n",
    "a bare line feed": b"3\nabc\n0\n\n",
}


def by_h11(pieces: list[bytes]) -> tuple[bytes, str, bytes]:
    """Return the content, how it ended, and what came behind it, as h11 reads them."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "example.com")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(HEAD)
    assert isinstance(connection.next_event(), h11.Response)
    content, behind = b"", b""
    for piece in [*pieces, b""]:
        if behind:
            break
        connection.receive_data(piece)
        while (event := told(connection)) is not h11.NEED_DATA:
            if not isinstance(event, h11.Data):
                over = isinstance(event, h11.EndOfMessage)
                return content, "over" if over else "malformed", connection.trailing_data[0] if over else b""
            content += event.data
    raise AssertionError("the end of the connection ends the body")


def told(connection: h11.Connection) -> object:
    try:
        return connection.next_event()
    except h11.RemoteProtocolError as error:
        return error


def by_us(pieces: list[bytes]) -> tuple[bytes, str, bytes]:
    """Return the same as our own reader has it."""
    body, content = ChunkedBody(), b""
    try:
        for piece in pieces:
            content += body.take(piece)
            if body.over:
                return content, "over", body.surplus
        body.end()
    except Malformed:
        pass
    return content, "malformed", b""


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_every_single_cut_gives_what_h11_gives(body: bytes) -> None:
    for cut in range(1, len(body)):
        pieces = [body[:cut], body[cut:]]
        assert agree(by_us(pieces), by_h11(pieces)), cut


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_byte_by_byte_gives_what_h11_gives(body: bytes) -> None:
    pieces = [bytes([byte]) for byte in body]
    assert agree(by_us(pieces), by_h11(pieces))


def agree(ours: tuple[bytes, str, bytes], theirs: tuple[bytes, str, bytes]) -> bool:
    # Where the body is malformed, what came in the same piece before the mistake may be missing.
    if ours[1] == theirs[1] == "malformed":
        return theirs[0].startswith(ours[0])
    return ours == theirs


@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=40), st.sampled_from([b"", b" ", b";x=1"])), max_size=20
    ),
    st.lists(st.integers(0, 900), max_size=12),
)
def test_any_chunks_and_cuts_give_the_content(chunks: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    body = b"".join(b"%x%b\r\n%b\r\n" % (len(data), extension, data) for data, extension in chunks)
    body += b"0\r\nX-Sum: 1\r\n\r\n" + NEXT
    edges = sorted({0, len(body), *(min(cut, len(body) - len(NEXT) - 1) for cut in cuts)})
    pieces = [body[start:stop] for start, stop in pairwise(edges)]
    assert by_us(pieces) == (b"".join(data for data, _ in chunks), "over", NEXT)


@given(st.binary(max_size=60), st.integers(0, 60))
def test_whatever_comes_is_read_or_refused(data: bytes, cut: int) -> None:
    ours, theirs = (
        by_us([data[:cut], data[cut:]]),
        by_h11([piece for piece in (data[:cut], data[cut:]) if piece]),
    )
    assert ours[1] == "malformed" or agree(ours, theirs)


def test_chunks_that_came_together_are_handed_up_together() -> None:
    stream = b"2\r\nab\r\n" * 1000
    body = ChunkedBody()
    assert body.take(stream[:1005]) == b"ab" * 143 + b"a"
    # A chunk that is cut off holds up neither its beginning nor what follows its end.
    assert body.take(stream[1005:]) == b"b" + b"ab" * 856


@pytest.mark.parametrize(
    "data",
    [
        b"1" * (MAX_LINE + 3),
        b"1;" + b"x" * MAX_LINE + b"\r\n",
        b"0\r\n" + b"X-Sum: " + b"1" * MAX_TRAILERS,
        b"0\r\n" + b"X-Sum: 1\r\n" * (MAX_TRAILERS // 10 + 1),
    ],
    ids=["endless size", "long extension", "endless trailer", "many trailers"],
)
def test_what_is_no_content_has_a_limit(data: bytes) -> None:
    for size in (len(data), 1000):
        with pytest.raises(Malformed):
            feed(data, size)


def feed(data: bytes, size: int) -> None:
    body = ChunkedBody()
    for start in range(0, len(data), size):
        body.take(data[start : start + size])


def taken(data: bytes, left: int = 0, line_end: bytes = b"") -> tuple[list[bytes], int, int, bytes]:
    contents, end, left, line_end = plain_chunks(data, 0, left, line_end)
    return [bytes(content) for content in contents], end, left, line_end


def test_chunks_are_taken_up_to_what_is_not_plain() -> None:
    assert taken(b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") == ([b"a", b"bc"], 13, 0, b"")
    assert taken(b"1\r\na\r\n2\r\nb") == ([b"a", b"b"], 10, 1, b"")
    assert taken(b"1\r\na\r\n2\r\n") == ([b"a"], 9, 2, b"")
    assert taken(b"c\r\n1\r\na\r\n", 1) == ([b"c", b"a"], 9, 0, b"")
    assert taken(b"\r\n1\r\na\r\n", 0, b"\r\n") == ([b"a"], 8, 0, b"")
    assert taken(b"1\r\na\r", 0) == ([b"a"], 4, 0, b"\r\n")
    large = bytes(SMALL + 1)
    assert taken(b"%x\r\n%b\r\n1\r\na\r\n" % (len(large), large))[0] == [large, b"a"]
    assert taken(b"1\r\nab\r\n") == ([b"a"], 4, 0, b"\r\n")
    for other in (b"", b"1", b"1;x\r\na\r\n", b"0\r\n\r\n", b"-1\r\na\r\n", b"000000001\r\na\r\n"):
        assert taken(other) == ([], 0, 0, b"")


@pytest.mark.parametrize(
    "chunk", [b"400\r\n%b\r\n" % bytes(1024), b"1;x\r\na\r\n"], ids=["plain", "with extensions"]
)
def test_time_grows_with_length_alone(chunk: bytes) -> None:
    def seconds(chunks: int) -> float:
        stream = chunk * chunks
        samples = []
        for _ in range(3):
            begun = time.process_time()
            ChunkedBody().take(stream)
            samples.append(time.process_time() - begun)
        return min(samples)

    assert seconds(16_000) < 8 * max(seconds(4_000), 0.005)
