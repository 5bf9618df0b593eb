"""A context that is still busy with the run before: for how long the next one is sent again.

Daemons free a context some time after the stream of its run has ended. A run that they refuse meanwhile has not been started, so
sending it again cannot run anything twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opensandbox._core.run.commands import FIRST_PAUSE, next_pause
from opensandbox.models.execd import ExecutionInit

if TYPE_CHECKING:
    from opensandbox._core.run.events import Aborted, Received

PATIENCE: Final = 2.0
"""Seconds after the first refusal; freeing a context takes up to half a second."""

REFUSAL: Final = "session is busy"

REFUSAL_WAIT: Final = 0.25
"""Seconds after which a run that has said nothing but its id counts as begun: a refusal comes at once."""


_HASHES: Final = frozenset({"bash", "julia", "perl", "python", "r", "ruby", "sh"})


def comment(language: str | None) -> str:
    """Return code that does nothing. Where it is no comment it is refused as code, which tells as well that the context is free."""
    return "#" if (language or "python").lower() in _HASHES else "//"


class BusyContext:
    """What is known of the refusals of one run."""

    __slots__ = ("_began", "_pause", "_refused", "_started", "_until")

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE
        self._refused = False
        self._started = False
        self._began = False
        self._until: float | None = None

    @property
    def refused(self) -> bool:
        """Whether the last attempt ran nothing."""
        return self._refused

    @property
    def decided(self) -> bool:
        """Whether it is known if the last attempt ran."""
        return self._started or self._refused

    def saw(self, events: list[Received]) -> list[Received]:
        """Note events of the run, and return those that its caller has not seen: each attempt tells the id again."""
        began = self._began
        if not self._started:
            self._started = any(not isinstance(event, ExecutionInit) for event in events)
            self._began = began or any(isinstance(event, ExecutionInit) for event in events)
        if self._until is None or not began:
            return events
        return [event for event in events if not isinstance(event, ExecutionInit)]

    def gave_up(self, error: Aborted, now: float) -> None:
        """Note that the server ended the stream with an error."""
        self._refused = not self._started and REFUSAL in (error.message or "")
        if self._refused and self._until is None:
            self._until = now + PATIENCE

    def may_ask_again(self, now: float) -> bool:
        """Return whether the run was refused, and sending it again may help."""
        return self._refused and self._until is not None and now < self._until

    def pause(self) -> float:
        """Return the seconds to wait before the next attempt, which begins now."""
        self._refused = False
        pause, self._pause = self._pause, next_pause(self._pause)
        return pause
