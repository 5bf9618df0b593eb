"""From bytes to typed events: what each brings, and what happens to what is none."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.run.events import Aborted, EventDecoder, ExecutionCount, Received, Unreadable
from opensandbox.models.execd import (
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    OutputMessage,
)

TABLE: list[tuple[dict[str, Any], list[Received]]] = [
    ({"type": "init", "text": "ex-1", "timestamp": 1}, [ExecutionInit(id="ex-1", timestamp=1)]),
    ({"type": "stdout", "text": "a\n", "timestamp": 2}, [OutputMessage(text="a\n", timestamp=2)]),
    ({"type": "stderr", "text": "b", "timestamp": 3}, [OutputMessage(text="b", timestamp=3, is_error=True)]),
    ({"type": "stdout"}, [OutputMessage(text="", timestamp=0)]),
    ({"type": "execution_count", "execution_count": 4, "timestamp": 4}, [ExecutionCount(4)]),
    (
        {"type": "result", "results": {"text": "42"}, "timestamp": 5},
        [ExecutionResult(text="42", timestamp=5)],
    ),
    ({"type": "result", "results": {"text/plain": "42"}}, [ExecutionResult(text="42", timestamp=0)]),
    ({"type": "result", "results": {"image/png": "x"}}, [ExecutionResult(text=None, timestamp=0)]),
    (
        {"type": "execution_complete", "execution_time": 12, "timestamp": 7},
        [ExecutionComplete(timestamp=7, execution_time_in_millis=12)],
    ),
    (
        {"type": "execution_complete", "timestamp": 7},
        [ExecutionComplete(timestamp=7, execution_time_in_millis=0)],
    ),
    (
        {"type": "error", "timestamp": 8, "error": {"ename": "E", "evalue": "3", "traceback": ["t"]}},
        [ExecutionError(name="E", value="3", timestamp=8, traceback=["t"])],
    ),
    (
        {"type": "error", "timestamp": 8, "error": {"ename": "E", "evalue": "v", "traceback": None}},
        [ExecutionError(name="E", value="v", timestamp=8)],
    ),
    ({"type": "error", "timestamp": 8, "text": "gone"}, [ExecutionError(name="", value="gone", timestamp=8)]),
    ({"type": "ping", "text": "pong", "timestamp": 9}, []),
    ({"type": "status", "text": "error", "timestamp": 9}, []),
    ({"type": "of the future", "anything": [1]}, []),
]


def bare(*events: object) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n\n" for event in events)


@pytest.mark.parametrize(("event", "expected"), TABLE, ids=[json.dumps(event) for event, _ in TABLE])
def test_an_event_brings(event: dict[str, Any], expected: list[Received]) -> None:
    assert EventDecoder().feed(bare(event)) == expected


def test_a_batch_brings_the_same_as_its_events_one_by_one() -> None:
    expected = [found for _, events in TABLE for found in events]
    assert EventDecoder().feed(bare(*(event for event, _ in TABLE))) == expected


@given(st.lists(st.integers(0, 5000), max_size=30))
def test_any_cuts_bring_the_same_events(cuts: list[int]) -> None:
    stream = bare(*(event for event, _ in TABLE))
    edges = [0, *sorted(cut % len(stream) for cut in cuts), len(stream)]
    decoder = EventDecoder()
    found = [event for start, end in itertools.pairwise(edges) for event in decoder.feed(stream[start:end])]
    assert found + decoder.finish() == [event for _, events in TABLE for event in events]


def test_an_output_message_is_a_model_like_any_other() -> None:
    [quick] = EventDecoder().feed(bare({"type": "stdout", "text": "a", "timestamp": 2}))
    checked = OutputMessage(text="a", timestamp=2, is_error=False)
    assert isinstance(quick, OutputMessage)
    assert quick == checked
    assert repr(quick) == repr(checked)
    assert quick.model_dump_json() == checked.model_dump_json()
    assert quick.model_fields_set == checked.model_fields_set
    assert quick.model_copy(update={"text": "b"}).text == "b"
    assert OutputMessage.model_validate(quick) == checked


def test_other_formats_of_a_result_are_kept_on_request() -> None:
    event = {
        "type": "result",
        "results": {"text": "t", "image/png": "x", "application/json": {"a": 1}},
        "timestamp": 1,
    }
    [result] = EventDecoder(all_formats=True).feed(bare(event))
    assert result == ExecutionResult(
        text="t", timestamp=1, extra_properties={"image/png": "x", "application/json": '{"a": 1}'}
    )


def test_lone_surrogates_are_let_through() -> None:
    events = EventDecoder().feed(b'{"type":"stdout","text":"\\ud800","timestamp":1}\n\n' * 2)
    assert events == [OutputMessage.model_construct(text="\ud800", timestamp=1, is_error=False)] * 2


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"type":"stdout"', "not JSON"),
        (b'{"type":"stdout","text":"\xff"}', "not JSON"),
        (b"[1,2]", "a JSON list"),
        (b"{}", "no member 'type'"),
        (b'{"type":"stdout","text":5}', "text and timestamp"),
        (b'{"type":"stdout","text":"a","timestamp":"now"}', "text and timestamp"),
        (b'{"type":"init","text":[1]}', "does not fit"),
        (b'{"type":["x"]}', "does not fit"),
        (b'{"type":"error","error":"text"}', "does not fit"),
        (b'{"type":"execution_count"}', "no member 'execution_count'"),
        (b'{"type":"ping"},{"type":"ping"}', "not JSON"),
    ],
)
def test_what_is_no_event_ends_the_batch(payload: bytes, reason: str) -> None:
    good = b'{"type":"stdout","text":"a","timestamp":1}'
    events = EventDecoder().feed(b"\n\n".join([good, payload, good, b""]))
    assert events[0] == OutputMessage(text="a", timestamp=1)
    assert len(events) == 2
    unreadable = events[1]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.received == payload
    assert reason in unreadable.reason


def test_a_bare_error_envelope_is_an_abort() -> None:
    envelope = b'{"code":"RUNTIME_ERROR","message":"error running in session. timeout after 1s"}'
    decoder = EventDecoder()
    decoder.feed(bare({"type": "init", "text": "s", "timestamp": 1}))
    assert decoder.feed(envelope) == []
    assert decoder.finish() == [
        Aborted("RUNTIME_ERROR", "error running in session. timeout after 1s", envelope),
    ]
