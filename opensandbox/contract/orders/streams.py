"""Event streams, read to their end with the time at which each event came."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.contract.checks import expect
from opensandbox.contract.refusals import refused
from opensandbox.contract.results import Differs

if TYPE_CHECKING:
    from opensandbox import SandboxSync

TERMINAL = ("execution_complete", "error")
SOON = 5.0
"""Seconds within which a stream ends after its last event; a daemon in use holds it for one."""


@dataclass
class Stream:
    """What a stream brought: events with the second at which each came, and how long all of it took."""

    events: list[dict[str, Any]] = field(default_factory=list)
    came: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def kinds(self) -> list[str]:
        """Return the types of the events; a bare envelope counts as `envelope`."""
        return [str(event.get("type", "envelope")) for event in self.events]

    def text(self, kind: str = "stdout") -> str:
        """Return the output of one kind, a line for each event that does not end its own."""
        pieces = [str(event.get("text", "")) for event in self.events if event.get("type") == kind]
        return "".join(piece if piece.endswith("\n") else piece + "\n" for piece in pieces)

    def when(self, *kinds: str) -> float:
        """Return when the last event of some kinds came."""
        times = [came for came, kind in zip(self.came, self.kinds(), strict=True) if kind in kinds]
        if not times:
            raise Differs(f"no {' or '.join(kinds)} among the events {self.kinds()}")
        return times[-1]


def stream(sandbox: SandboxSync, path: str, body: dict[str, Any]) -> Stream:
    """Send a run and read its events to the end of the answer. A refusal is raised as what it means."""
    got, began = Stream(), time.monotonic()
    with sandbox.http(DEFAULT_EXECD_PORT) as client:
        headers = {"Accept": "text/event-stream"}
        try:
            with client.stream("POST", path, json=body, headers=headers, timeout=None) as answer:
                if not answer.is_success:
                    raise refused(answer.status_code, answer.read())
                for line in answer.iter_lines():
                    _take(got, line.removeprefix("data:").strip(), time.monotonic() - began)
        except httpx.HTTPError as failure:
            raise Differs(f"the stream broke: {failure!r}; it had brought {got.kinds()[-5:]}") from failure
    got.seconds = time.monotonic() - began
    return got


def _take(got: Stream, line: str, now: float) -> None:
    if not line.startswith("{"):
        return  # blank lines, and fields of server-sent events that say nothing
    try:
        event = json.loads(line)
    except ValueError:
        raise Differs(f"an event is no JSON: {line[:200]!r}") from None
    got.events.append(event)
    got.came.append(now)


def expect_run(got: Stream, *, ends_with: str) -> None:
    """Check the order of a run that has one terminal event, which is its last but for pings."""
    kinds = got.kinds()
    expect(kinds[:1] == ["init"], f"the first event is {kinds[:1]}, not init")
    expect(got.events[0].get("text"), "init does not tell the id of the run")
    expect(
        all(isinstance(event.get("timestamp"), int) for event in got.events),
        "an event has no timestamp in Unix milliseconds",
    )
    ends = [kind for kind in kinds if kind in TERMINAL]
    expect(ends == [ends_with], f"the run ends with {ends or 'no terminal event'}, not with one {ends_with}")
    after = set(kinds[kinds.index(ends_with) + 1 :]) - {"ping"}
    expect(not after, f"after {ends_with} comes {sorted(after)}; clients return at the terminal event")
    held = got.seconds - got.when(ends_with)
    expect(held <= SOON, f"the stream stays open for {held:.1f} s after {ends_with}")
