"""Single calls against a stub server that answers at once: what the client itself adds to a round trip.

A command and `get_info` are also compared with the same bytes over a bare httpx client, which is what an SDK on httpx pays at least, and
a command with those over a bare socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.bench.deployment import stand_in
from scripts.bench.figures import Figure, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

ROUNDS = 3
TWINS = ("sync", "async")
LIFE_AIM = 1 / 10
LIST_AIM = 1 / 3
INFO_AIMS = {"sync": 0.7, "async": 0.4}
COMMAND_AIM = 0.8
BARE_AIM = 1.15

LIFE_SAMPLES = 20
SAMPLES = 150
"""Per round; the packages take turns, so that a busy moment of the machine hits both."""


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield what each call takes in a quiet moment, in both twins."""
    subjects = [ours] if published is None else [ours, published]
    with stand_in("stub") as address:
        for twin in TWINS:
            mine, theirs = _times(subjects, twin, "life", LIFE_SAMPLES, address)
            yield Figure(f"create, kill, close, {twin}", "ms", mine, theirs, None, LIFE_AIM)
        for twin in TWINS:
            yield from _infos(subjects, twin, address)
        for twin in TWINS:
            mine, theirs = _times(subjects, twin, "list", SAMPLES // 3, address)
            yield Figure(f"list 200 sandboxes, {twin}", "ms", mine, theirs, None, LIST_AIM)
        for twin in TWINS:
            yield from _commands(subjects, twin, address)


def _infos(subjects: list[Subject], twin: str, address: str) -> Iterator[Figure]:
    samples: list[list[float]] = [[] for _ in subjects]
    over_httpx: list[float] = []
    for _ in range(ROUNDS):
        for subject, times in zip(subjects, samples, strict=True):
            times += subject.run(f"control_plane_{twin}", "info", str(SAMPLES), OPEN_SANDBOX_DOMAIN=address)
        over_httpx += subjects[0].run("bare_exchange", f"httpx-{twin}", "info", address, str(SAMPLES))
    mine, *others = map(quiet, samples)
    theirs, bare = others[0] if others else None, quiet(over_httpx)
    yield Figure(f"get_info, {twin}", "ms", mine, theirs, None, INFO_AIMS[twin])
    other = None if theirs is None else theirs / bare
    yield Figure(f"  the same over bare httpx ({bare:.2f} ms)", "x", mine / bare, other)


def _commands(subjects: list[Subject], twin: str, address: str) -> Iterator[Figure]:
    samples: list[list[float]] = [[] for _ in subjects]
    over_httpx: list[float] = []
    over_socket: list[float] = []
    for _ in range(ROUNDS):
        for subject, times in zip(subjects, samples, strict=True):
            times += subject.run(
                f"control_plane_{twin}", "command", str(SAMPLES), OPEN_SANDBOX_DOMAIN=address
            )
        over_httpx += subjects[0].run("bare_exchange", f"httpx-{twin}", "command", address, str(SAMPLES))
        over_socket += subjects[0].run("bare_exchange", "socket", "command", address, str(SAMPLES))
    mine, *others = map(quiet, samples)
    theirs = others[0] if others else None
    yield Figure(f"a tiny command from a stub, {twin}", "ms", mine, theirs, None, COMMAND_AIM)
    for what, bare, aim in (
        ("bare httpx", quiet(over_httpx), BARE_AIM),
        ("a bare socket", quiet(over_socket), None),
    ):
        other = None if theirs is None else theirs / bare
        yield Figure(f"  the same over {what} ({bare:.2f} ms)", "x", mine / bare, other, aim)


def _times(
    subjects: list[Subject], twin: str, what: str, count: int, address: str
) -> tuple[float, float | None]:
    samples: list[list[float]] = [[] for _ in subjects]
    for _ in range(ROUNDS):
        for subject, times in zip(subjects, samples, strict=True):
            times += subject.run(f"control_plane_{twin}", what, str(count), OPEN_SANDBOX_DOMAIN=address)
    mine, *others = map(quiet, samples)
    return mine, others[0] if others else None
