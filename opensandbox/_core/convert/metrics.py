"""Metrics: usage samples in, one by one and as a stream."""

from __future__ import annotations

import json
from typing import NamedTuple

from opensandbox_api.execd.models.metrics import Metrics

from opensandbox.config.limits import LARGEST, beyond
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
    """Turns the bytes of a stream into samples: one JSON object a line, wherever the network cut it.

    A line of which more than `event_bytes` have come without an end is dropped, and told as unreadable.
    """

    __slots__ = ("_held", "_rest", "event_bytes")

    def __init__(self) -> None:
        self.event_bytes: int | None = LARGEST
        self._rest: list[bytes] = []
        self._held = 0

    def feed(self, data: bytes) -> list[Sample]:
        """Return the samples whose line ends within `data`."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = b"".join([*self._rest, lines[0]])
            self._rest, self._held = [], 0
        self._rest.append(rest)
        self._held += len(rest)
        samples = [_sample(line) for line in lines if line.strip()]
        if self.event_bytes is not None and self._held > self.event_bytes:
            self._rest, self._held = [], 0
            samples.append(
                UnreadableSample(rest[:200], beyond("event_bytes", self.event_bytes, "its length"))
            )
        return samples


def _sample(line: bytes) -> Sample:
    try:
        value = json.loads(line)
        if isinstance(value.get("error"), str):
            return FailedSample(value["error"])
        return sample(Metrics.from_dict(value))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as exc:
        return UnreadableSample(line, f"{type(exc).__name__}: {exc}")
