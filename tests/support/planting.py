"""Faults to plant in a server by a `Meddler`: each is a function that a test hands its proxy to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from opensandbox.contract.results import Level, Outcome, Row
from opensandbox.contract.runner import Runner
from opensandbox.contract.world import Settings
from tests.support.meddling import Answer, Asked, Meddler, said

Plant = Callable[[Meddler], None]
Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]

ENVELOPE = {"code": "REFUSED", "message": "because"}


def new_runner(meddler: Meddler, patience: float = 60.0, **more: Any) -> Runner:
    """Return a runner that goes through the proxy."""
    settings = Settings(
        domain=meddler.address,
        api_key=meddler.api_key,
        language="bash",
        patience=patience,
    )
    return Runner(settings, **more)


def with_patience(runner: Runner, seconds: float) -> None:
    """Let a runner wait longer, or not as long: for faults that only show when something never comes."""
    runner.world.settings = replace(runner.world.settings, patience=seconds)


def answers(route: str, change: Callable[[Answer], Any]) -> Plant:
    return lambda meddler: meddler.answers(route, change)


def requests(route: str, change: Callable[[Asked], Answer | None]) -> Plant:
    return lambda meddler: meddler.requests(route, change)


def of_json(route: str, change: Callable[[Any], Any]) -> Plant:
    return answers(route, lambda answer: answer.change_json(change) if answer.status < 300 else None)


def asked_json(route: str, change: Callable[[Any], Any]) -> Plant:
    return requests(route, lambda asked: asked.change_json(change))


def of_events(route: str, change: Change) -> Plant:
    return answers(route, lambda answer: answer.change_events(change))


def swallowed(route: str, status: int = 204, body: Any = b"") -> Plant:
    return requests(route, lambda asked: said(status, body))


def status_becomes(route: str, old: int, new: int, body: Any = None) -> Plant:
    def change(answer: Answer) -> None:
        if answer.status == old:
            answer.status = new
            if body is not None:
                answer.change(lambda _: json.dumps(body).encode())

    return answers(route, change)


def kind_becomes(route: str, kind: str) -> Plant:
    return answers(route, lambda answer: answer.headers.update({"content-type": kind}))


def replaced(old: str, new: str) -> Change:
    """Another text in the output."""
    return lambda events: [
        {**event, "text": event["text"].replace(old, new)} if event.get("type") == "stdout" else event
        for event in events
    ]


def without(kind: str) -> Change:
    return lambda events: [event for event in events if event.get("type") != kind]


def buffered(answer: Answer) -> None:
    answer.change(bytes)


def ends_well(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A failure is told as a success."""
    return [
        {"type": "execution_complete", "timestamp": 1} if event.get("type") in ("error", None) else event
        for event in events
    ]


def terminal_first(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = next(event for event in events if event["type"] == "execution_complete")
    return [events[0], last, *(event for event in events[1:] if event is not last)]


def loses_one(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    output = [event for event in events if event["type"] == "stdout"]
    return [event for event in events if not output or event is not output[len(output) // 2]]


def forget(*names: str) -> Callable[[Any], None]:
    return lambda body: [body.pop(name, None) for name in names] and None


def second_time(change: Callable[[Answer], None]) -> Callable[[Answer], None]:
    """Leave the first answer of a route alone."""
    count = 0

    def later(answer: Answer) -> None:
        nonlocal count
        count += 1
        if count > 1:
            change(answer)

    return later


def to(status: int) -> Callable[[Answer], None]:
    return lambda answer: setattr(answer, "status", status)


def unless(condition: Callable[[Asked], bool], route: str, status: int) -> Plant:
    return requests(route, lambda asked: said(status, ENVELOPE) if condition(asked) else None)


def has_policy(asked: Asked) -> bool:
    return b"networkPolicy" in asked.body


def expect_named(row: Row, words: str) -> None:
    assert row.outcome is Outcome.DIFFERS, row
    assert any(words in detail for detail in row.details), row.details
    assert row.fails(Level.V1_2)
