"""The benchmarks, by name: module of this package, and what it measures."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.bench.figures import Figure
    from scripts.bench.subjects import Subject

BENCHMARKS = {
    "imports": "what importing costs, in fresh processes",
    "control_plane": "single calls to a stub server: create and kill, get_info, list, a tiny command",
    "fleet": "three hundred sandboxes at once, and the memory of an idle object, with a stub server",
    "streams": "event streams of commands, with a stub server: many small events, a very large one",
    "transfers": "a large file read into memory and one sent from a file, with a stub server",
    "creation": "from `create` to the result of the first command, with and without spares",
    "starts": "sandboxes of a server that forks daemons, as a share of those of one that starts them",
    "many": "a hundred sandboxes at once, and what they hold",
    "commands": "a tiny command in a sandbox that is there",
    "held_streams": "the same where the daemon holds the stream open for a second after the end",
    "waking": "what the first command after a pause takes more",
    "aborted_streams": "what streams that are left early leave behind",
    "connections": "what the second `create` of a process sets up again",
    "egress": "HTTPS from inside a sandbox",
    "pool": "acquiring from pools, filling them, and keeping them",
}


class Benchmark(Protocol):
    """A module of this package that measures something."""

    def measure(self, ours: Subject, published: Subject | None) -> Iterable[Figure]:
        """Return the figures; `published` is None when that package is left out."""
        ...


def load(name: str) -> Benchmark:
    """Return the benchmark of that name."""
    return cast("Benchmark", import_module(f"scripts.bench.{name}"))
