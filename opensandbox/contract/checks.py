"""Checks with names: the orders and bounds that clients lean on, and the promised usage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opensandbox.contract.results import Differs, Level, Part
from opensandbox.contract.world import World

Try = Callable[[World], None]


@dataclass(frozen=True)
class Check:
    """One named check. `subject` is the operation or feature that it is about."""

    part: Part
    name: str
    subject: str
    level: Level
    optional: bool
    run: Try


class Checks:
    """A list of checks that functions enter themselves into."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self.all: list[Check] = []

    def __call__(
        self, subject: str, level: Level = Level.CORE, *, optional: bool = False
    ) -> Callable[[Try], Try]:
        """Enter a function; its name is the name of the check."""

        def enter(function: Try) -> Try:
            name = function.__name__.replace("_", " ")
            self.all.append(Check(self._part, name, subject, level, optional, function))
            return function

        return enter


def expect(condition: object, words: str) -> None:
    """Raise `Differs` unless a condition holds."""
    if not condition:
        raise Differs(words)
