# Generated from opensandbox/_async/calls/outages.py by scripts/unasync.py. Do not edit.
"""Asking the server for the state of a sandbox into which a call failed, so that the failure names the real reason."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opensandbox._concurrency.pairs import monotonic, with_deadline
from opensandbox._core.calls import outages as decide
from opensandbox._core.deadlines import NO_DEADLINE, Deadline
from opensandbox._sync.control.lifecycle import Lifecycle
from opensandbox.exceptions import SandboxException

if TYPE_CHECKING:
    from opensandbox.models.sandboxes import SandboxInfo
    from opensandbox.sync.services import SandboxesSync

logger = logging.getLogger("opensandbox.sandbox")


class Outage:
    """What there is to learn about one sandbox when it does not answer."""

    __slots__ = ("_lifecycle", "_sandbox_id")

    def __init__(self, lifecycle: SandboxesSync, sandbox_id: str) -> None:
        self._lifecycle = lifecycle
        self._sandbox_id = sandbox_id

    def explain(self, failure: SandboxException, *, begun: bool = False) -> None:
        """Raise what explains a failed call: that the sandbox is over, or gone. Of a paused one the failure itself tells.

        `begun` says that an answer had begun: what was received then stays with its own failure where the sandbox is gone.
        """
        if not decide.may_have_ended(failure):
            return
        answer = self._ask(NO_DEADLINE)
        if isinstance(answer, SandboxException):
            if decide.is_forgotten(answer) and not begun:
                raise answer from failure
        elif answer is not None:
            if over := decide.ended(answer):
                raise over from failure
            if remark := decide.remark_on(answer):
                decide.add_remark(failure, remark)

    def end_retries(self, cause: BaseException | None) -> None:
        """Raise `SandboxTerminatedException` where repeating a call is of no use, because the sandbox is over."""
        answer = self._ask(NO_DEADLINE)
        if answer is None or isinstance(answer, SandboxException):
            return
        if over := decide.ended(answer, cause):
            raise over

    def see_alive(self, deadline: Deadline = NO_DEADLINE) -> str | None:
        """Raise `SandboxTerminatedException` for a sandbox that is over; return what else its state says, if anything."""
        answer = self._ask(deadline)
        if answer is None or isinstance(answer, SandboxException):
            return None
        if over := decide.ended(answer):
            raise over
        return decide.remark_on(answer)

    def _ask(self, deadline: Deadline) -> SandboxInfo | SandboxException | None:
        """Return the record, what the server refused it with, or `None` where it cannot be had in time."""
        limit = deadline.earlier(Deadline.after(decide.LOOK_LIMIT, monotonic()))
        try:
            if isinstance(self._lifecycle, Lifecycle):
                return self._lifecycle.get_sandbox_info(self._sandbox_id, deadline=limit, retry=False)
            with with_deadline(limit.remaining(monotonic())):
                return self._lifecycle.get_sandbox_info(self._sandbox_id)
        except SandboxException as exc:
            return exc
        except Exception:  # a service of the caller's may raise anything
            logger.debug("the state of sandbox %s could not be read", self._sandbox_id, exc_info=True)
            return None
