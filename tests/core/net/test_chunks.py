"""Bodies in chunks: joined where they lie whole in the buffer, and otherwise exactly what h11 makes of them."""

from __future__ import annotations

import time
from enum import Enum
from itertools import pairwise
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.net.chunks import SMALL, JoiningReader, plain_chunks

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


class Way(Enum):
    """What reads a body."""

    H11 = "h11 by itself"
    JOINED = "through h11, joined in its buffer"
    UNPARSED = "past h11, where it can be"


def receive(pieces: list[bytes], way: Way) -> tuple[bytes, list[Any], int]:
    """Return the content, how it ended, and in how many pieces it came."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "example.com")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(HEAD)
    assert isinstance(connection.next_event(), h11.Response)
    reader: Any = connection._reader
    if way is not Way.H11:
        assert JoiningReader.fits(reader)
        connection._reader = reader = JoiningReader(reader)
    content, count = b"", 0
    for piece in [*pieces, b""]:
        rest = piece
        if way is Way.UNPARSED and reader.goes_on and not connection.trailing_data[0]:
            taken, end = reader.take(piece)
            content, count, rest = content + taken, count + bool(taken), piece[end:]
        if rest or not piece:
            connection.receive_data(rest)
        while True:
            try:
                event = connection.next_event()
            except h11.RemoteProtocolError as error:
                return content, [str(error)], count
            if event is h11.NEED_DATA:
                break
            if isinstance(event, h11.Data):
                content += event.data
                count += 1
            else:
                behind = connection.trailing_data[0]
                return content, [event, *([behind] if piece is pieces[-1] else [])], count
    raise AssertionError("the end of the connection ends the body")


@pytest.mark.parametrize("way", [Way.JOINED, Way.UNPARSED])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_every_single_cut_gives_what_h11_gives(body: bytes, way: Way) -> None:
    for cut in range(1, len(body)):
        pieces = [body[:cut], body[cut:]]
        assert receive(pieces, way)[:2] == receive(pieces, Way.H11)[:2], cut


@pytest.mark.parametrize("way", [Way.JOINED, Way.UNPARSED])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_byte_by_byte_gives_what_h11_gives(body: bytes, way: Way) -> None:
    pieces = [bytes([byte]) for byte in body]
    assert receive(pieces, way)[:2] == receive(pieces, Way.H11)[:2]


@given(
    st.lists(st.binary(min_size=1, max_size=40), max_size=20),
    st.lists(st.integers(0, 900), max_size=12),
    st.sampled_from([Way.JOINED, Way.UNPARSED]),
)
def test_any_chunks_and_cuts_give_the_content(chunks: list[bytes], cuts: list[int], way: Way) -> None:
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    edges = sorted({0, len(body), *(min(cut, len(body)) for cut in cuts)})
    content, end, _ = receive([body[start:stop] for start, stop in pairwise(edges)], way)
    assert content == b"".join(chunks)
    assert isinstance(end[0], h11.EndOfMessage)


def test_chunks_that_came_together_are_handed_up_together() -> None:
    body = b"2\r\nab\r\n" * 1000 + b"0\r\n\r\n"
    assert receive([body], Way.H11)[2] == 1000
    for way in (Way.JOINED, Way.UNPARSED):
        assert receive([body], way)[2] == 1
        # A chunk that is cut off holds up neither its beginning nor what follows its end.
        assert receive([body[:1005], body[1005:]], way)[2] == 2


def taken(*arguments: Any) -> tuple[list[bytes], int, int, bytes]:
    contents, end, left, line_end = plain_chunks(*arguments)
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


def test_time_grows_with_length_alone() -> None:
    def seconds(chunks: int) -> float:
        body = b"400\r\n%b\r\n" % bytes(1024) * chunks
        pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)]
        samples = []
        for _ in range(3):
            begun = time.process_time()
            reader = JoiningReader(h11._readers.ChunkedReader())
            buffer = h11._receivebuffer.ReceiveBuffer()
            for piece in pieces:
                buffer += piece
                while reader(buffer) is not None:
                    pass
            samples.append(time.process_time() - begun)
        return min(samples)

    assert seconds(16_000) < 8 * max(seconds(4_000), 0.005)
