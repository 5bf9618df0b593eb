"""Bodies in chunks: joined where they lie whole in the buffer, and otherwise exactly what h11 makes of them."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.chunks import JoiningReader, whole_chunks

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


def receive(pieces: list[bytes], *, joined: bool) -> tuple[bytes, list[Any], int]:
    """Return the content, how it ended, and in how many events it came."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "example.com")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(HEAD)
    assert isinstance(connection.next_event(), h11.Response)
    if joined:
        reader: Any = connection._reader
        assert JoiningReader.fits(reader)
        connection._reader = JoiningReader(reader)
    content, count = b"", 0
    for piece in [*pieces, b""]:
        connection.receive_data(piece)
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
                rest = connection.trailing_data[0]
                return content, [event, *([rest] if piece is pieces[-1] else [])], count
    raise AssertionError("the end of the connection ends the body")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_every_single_cut_gives_what_h11_gives(body: bytes) -> None:
    for cut in range(1, len(body)):
        pieces = [body[:cut], body[cut:]]
        assert receive(pieces, joined=True)[:2] == receive(pieces, joined=False)[:2], cut


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_byte_by_byte_gives_what_h11_gives(body: bytes) -> None:
    pieces = [bytes([byte]) for byte in body]
    assert receive(pieces, joined=True)[:2] == receive(pieces, joined=False)[:2]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=20), st.lists(st.integers(0, 900), max_size=12))
def test_any_chunks_and_cuts_give_the_content(chunks: list[bytes], cuts: list[int]) -> None:
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    edges = sorted({0, len(body), *(min(cut, len(body)) for cut in cuts)})
    content, end, _ = receive([body[start:stop] for start, stop in pairwise(edges)], joined=True)
    assert content == b"".join(chunks)
    assert isinstance(end[0], h11.EndOfMessage)


def test_chunks_that_came_together_are_handed_up_together() -> None:
    body = b"2\r\nab\r\n" * 1000 + b"0\r\n\r\n"
    assert receive([body], joined=False)[2] == 1000
    assert receive([body], joined=True)[2] == 1
    # A chunk that is cut off does not hold up its beginning, and what follows its end is joined again.
    assert receive([body[:1005], body[1005:]], joined=True)[2] == 4


def test_what_is_no_whole_plain_chunk_is_left() -> None:
    assert whole_chunks(b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") == ([b"a", b"bc"], 13)
    assert whole_chunks(b"1\r\na\r\n2\r\nbc\r") == ([b"a"], 6)
    assert whole_chunks(b"\r\n1\r\na\r\n", 2) == ([b"a"], 8)
    for other in (
        b"",
        b"1",
        b"1;x\r\na\r\n",
        b"0\r\n\r\n",
        b"-1\r\na\r\n",
        b"1\r\nab\r\n",
        b"000000001\r\na\r\n",
    ):
        assert whole_chunks(other) == ([], 0)


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
