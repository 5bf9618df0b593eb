"""Metrics: usage samples in, one by one and as a stream."""

from __future__ import annotations

import json
from typing import NamedTuple

from opensandbox_api.execd.models.metrics import Metrics

from opensandbox.models.sandboxes import SandboxMetrics


class FailedSample(NamedTuple):
    """What the daemon says in the place of a sample that it could not take."""

    reason: str


class UnreadableSample(NamedTuple):
    """A line of a stream that is no sample."""

    received: bytes
    reason: str


Sample = SandboxMetrics | FailedSample | UnreadableSample


def sample(answer: Metrics) -> SandboxMetrics:
    """Return one usage sample."""
    return SandboxMetrics(
        cpu_count=answer.cpu_count,
        cpu_used_percentage=answer.cpu_used_pct,
        memory_total_in_mib=answer.mem_total_mib,
        memory_used_in_mib=answer.mem_used_mib,
        timestamp=answer.timestamp,
    )


class SampleDecoder:
    """Turns the bytes of a stream into samples: one JSON object a line, wherever the network cut it."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Sample]:
        """Return the samples whose line ends within `data`."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [_sample(line) for line in lines if line.strip()]


def _sample(line: bytes) -> Sample:
    try:
        value = json.loads(line)
        if isinstance(value.get("error"), str):
            return FailedSample(value["error"])
        return sample(Metrics.from_dict(value))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as exc:
        return UnreadableSample(line, f"{type(exc).__name__}: {exc}")
