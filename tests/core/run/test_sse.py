"""Where events end, whatever the framing and wherever the network cuts."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.run.sse import EventSplitter

RECORDED = [
    '{"type":"init","text":"5b1f","timestamp":1}',
    '{"type":"stdout","text":"zażółć \\u003c€ 🌍\\n","timestamp":2}',
    '{"type":"ping","text":"pong","timestamp":3}',
    '{"type":"error","timestamp":4,"error":{"ename":"E","evalue":"3","traceback":["exit status 3"]}}',
]
PAYLOADS = [event.encode() for event in RECORDED]
BARE = b"".join(payload + b"\n\n" for payload in PAYLOADS)
STREAMS = {
    "bare": BARE,
    "bare without the last empty line": BARE.removesuffix(b"\n\n"),
    "bare with one line feed at the end": BARE.removesuffix(b"\n"),
    "bare after empty lines, with too many between": b"\n \n" + BARE.replace(b"\n\n", b"\n\n\n\n\n"),
    "standard": b"".join(b"data: " + payload + b"\n\n" for payload in PAYLOADS),
    "standard without blank": b"".join(b"data:" + payload + b"\n\n" for payload in PAYLOADS),
    "standard, unfinished": b"\n\n".join(b"data: " + payload for payload in PAYLOADS),
    "standard with CRLF": b"".join(b"data: " + payload + b"\r\n\r\n" for payload in PAYLOADS),
    "standard with CR": b"".join(b"data: " + payload + b"\r\r" for payload in PAYLOADS),
    "standard with more fields": b"".join(
        b": keep-alive\n\nevent: message\nid: 7\ndata: " + payload + b"\nretry: 10\n\n"
        for payload in PAYLOADS
    ),
    "standard with a byte order mark": b"\xef\xbb\xbf"
    + b"".join(b"data: " + payload + b"\n\n" for payload in PAYLOADS),
}


def split(stream: bytes, cuts: list[int]) -> list[bytes]:
    splitter = EventSplitter()
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    found = [
        payload for start, end in itertools.pairwise(edges) for payload in splitter.feed(stream[start:end])
    ]
    return found + splitter.finish()


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS.keys())
def test_every_single_cut_gives_the_same_payloads(stream: bytes) -> None:
    for cut in range(len(stream) + 1):
        assert split(stream, [cut]) == PAYLOADS, cut


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS.keys())
def test_byte_by_byte_gives_the_same_payloads(stream: bytes) -> None:
    assert split(stream, list(range(len(stream)))) == PAYLOADS


@given(st.sampled_from(sorted(STREAMS)), st.lists(st.integers(0, 2000), max_size=40))
def test_any_cuts_give_the_same_payloads(name: str, cuts: list[int]) -> None:
    assert split(STREAMS[name], cuts) == PAYLOADS


def test_an_event_is_there_as_soon_as_its_end_is() -> None:
    splitter = EventSplitter()
    assert splitter.feed(PAYLOADS[0] + b"\n") == []
    assert splitter.feed(b"\n" + PAYLOADS[1]) == [PAYLOADS[0]]
    assert splitter.feed(b"\n\n") == [PAYLOADS[1]]


def test_data_of_several_lines_is_joined() -> None:
    assert EventSplitter().feed(b'data: {"a":\ndata: 1}\n\n') == [b'{"a":\n1}']


@pytest.mark.parametrize(
    "stream", [b"", b"\n\n", b" \r\n", b": only a comment\n\n", b"event: ping\n\n", b"data:\n\n"]
)
def test_a_stream_without_events_has_no_payloads(stream: bytes) -> None:
    assert split(stream, []) == []


@pytest.mark.parametrize("start", [b'{"text":"', b'data: {"text":"'], ids=["bare", "standard"])
def test_a_long_event_in_small_pieces_takes_linear_time(start: bytes) -> None:
    splitter, piece, count = EventSplitter(), b"x" * 4096, 8192
    began = time.process_time()
    assert splitter.feed(start) == []
    for _ in range(count):
        assert splitter.feed(piece) == []
    [payload] = splitter.feed(b'"}\n\n')
    # Scanning or copying again at each piece would move 128 GiB.
    assert time.process_time() - began < 5
    assert len(payload) == len('{"text":""}') + count * len(piece)


@pytest.mark.parametrize("start", [b"", b"data: "])
def test_what_is_held_of_an_unfinished_event_is_known(start: bytes) -> None:
    splitter = EventSplitter()
    first = start + b'{"a":"' + b"x" * 100
    splitter.feed(first)
    assert splitter.held == len(first)
    splitter.feed(b"y" * 50)
    assert splitter.held == len(first) + 50
    assert len(splitter.feed(b'"}\n\n' + start + b'{"b"')) == 1
    assert splitter.held == len(start) + 4


def test_lines_of_one_event_that_does_not_end_are_held() -> None:
    splitter = EventSplitter()
    for _ in range(100):
        assert splitter.feed(b"data: 12345\n") == []
    assert splitter.held >= 500
    assert len(splitter.feed(b"\n")) == 1
    assert splitter.held == 0
