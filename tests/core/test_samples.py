"""Metrics samples out of a stream of bytes, wherever the network cut it."""

from __future__ import annotations

import json

import pytest

from opensandbox._core.convert.metrics import FailedSample, SampleDecoder, UnreadableSample
from opensandbox.models.sandboxes import SandboxMetrics

SAMPLE = {
    "cpu_count": 4,
    "cpu_used_pct": 12.5,
    "mem_total_mib": 7936.5,
    "mem_used_mib": 1024.25,
    "timestamp": 1,
}
METRICS = SandboxMetrics(
    cpu_count=4, cpu_used_percentage=12.5, memory_total_in_mib=7936.5, memory_used_in_mib=1024.25, timestamp=1
)
LINES = (
    json.dumps(SAMPLE).encode() + b"\n\n" + b'{"error":"no /proc"}\n' + json.dumps(SAMPLE).encode() + b"\n"
)


@pytest.mark.parametrize("size", [1, 7, len(LINES)])
def test_a_line_is_a_sample_wherever_it_is_cut(size: int) -> None:
    decoder = SampleDecoder()
    pieces = [LINES[start : start + size] for start in range(0, len(LINES), size)]
    assert [sample for piece in pieces for sample in decoder.feed(piece)] == [
        METRICS,
        FailedSample("no /proc"),
        METRICS,
    ]


@pytest.mark.parametrize("line", [b"<html>", b"[]", b"{}", b'{"cpu_count":"many"}', b"5", b"[" * 100_000])
def test_what_is_no_sample_is_told_as_such(line: bytes) -> None:
    (found,) = SampleDecoder().feed(line + b"\n")
    assert isinstance(found, UnreadableSample)
    assert found.received == line
    assert found.reason
