"""Ending many sandboxes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opensandbox._concurrency.pairs import async_gather_outcomes
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxException,
    SandboxGoneException,
    SandboxInternalException,
    SandboxNotFoundException,
)
from opensandbox.models.sweeps import SweepReport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PARALLEL: Final = 16
"""Deletions under way at once where the caller does not say."""


async def kill_each(
    kill: Callable[[str], Awaitable[None]], sandbox_ids: list[str], concurrency: int
) -> SweepReport:
    """End sandboxes, `concurrency` at a time; a failure does not keep the others from being ended."""
    check_concurrency(concurrency)

    async def end(sandbox_id: str) -> None:
        await kill(sandbox_id)

    report = SweepReport()
    outcomes = await async_gather_outcomes(end, sandbox_ids, concurrency)
    for sandbox_id, outcome in zip(sandbox_ids, outcomes, strict=True):
        if outcome is None:
            report.killed.append(sandbox_id)
        elif isinstance(outcome, SandboxNotFoundException | SandboxGoneException):
            report.gone.append(sandbox_id)
        elif isinstance(outcome, SandboxException):
            report.failed[sandbox_id] = outcome
        else:
            report.failed[sandbox_id] = SandboxInternalException(str(outcome), outcome)
    return report


def check_concurrency(concurrency: object) -> None:
    """Refuse what is no number of requests."""
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1:
        raise InvalidArgumentException(
            f"concurrency must be a whole number of requests from 1, not {concurrency!r}"
        )
