"""Reports what a creation waits for: to its caller at each change, and to the log if it takes long."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from opensandbox._concurrency.pairs import monotonic
from opensandbox.exceptions import SandboxException
from opensandbox.models.creation import CreationProgress, CreationStep

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("opensandbox.sandbox")

LONG: Final = 5.0
"""Seconds after which the log says what is waited for."""


class NotWantedAnyMore(SandboxException):
    """Stops a creation whose caller has given up. It never reaches a caller."""


class Waiting:
    """What one creation waits for. The creation calls `tell` when it begins to wait for something else."""

    def __init__(self, progress: Callable[[CreationProgress], None] | None) -> None:
        self.sandbox_id: str | None = None
        self._progress = progress
        self._began = monotonic()
        self._step: CreationStep | None = None
        self._message = ""
        self._since = self._began
        self._logged = False
        self._over = False
        self._unwanted = False

    def report(self, step: CreationStep, message: str) -> None:
        """Report the present wait; a repeated one has no effect. Raises `NotWantedAnyMore`."""
        if self._unwanted:
            raise NotWantedAnyMore("the caller of this creation has given it up")
        if self._over:
            return
        if step is not self._step:
            self._step, self._since, self._logged = step, monotonic(), False
        if message == self._message:
            self.check()
            return
        self._message = message
        self.check()
        if self._progress is not None:
            waited = timedelta(seconds=monotonic() - self._began)
            try:
                self._progress(CreationProgress(step, message, waited, self.sandbox_id))
            except Exception:
                logger.exception("progress raised; the creation goes on")

    def check(self) -> None:
        """Log each step that takes long, once."""
        if not self._logged and monotonic() - self._since >= LONG:
            self._logged = True
            who = f"sandbox {self.sandbox_id}" if self.sandbox_id else "a new sandbox"
            waited = monotonic() - self._began
            logger.info("creating %s has taken %.1f s; it waits for %s", who, waited, self._message)

    def end(self) -> None:
        """Stop reporting: the caller has the sandbox, or has given up."""
        self._over = True

    def give_up(self) -> None:
        """Stop the creation."""
        self._over = self._unwanted = True
