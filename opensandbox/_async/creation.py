"""Creations that are sent again: after a refusal always, else with a label by which each attempt looks for the one before."""

from __future__ import annotations

import logging
import random
import uuid
from typing import TYPE_CHECKING

from opensandbox._concurrency import monotonic
from opensandbox._core.creation import (
    TOKEN_LABEL,
    Aftermath,
    aftermath,
    may_send_again,
    outcome_told,
    wait_before_retry,
)
from opensandbox._core.deadlines import Deadline
from opensandbox._core.retry import Attempts
from opensandbox.exceptions import SandboxException

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._concurrency import AsyncEvent
    from opensandbox.models.sandboxes import SandboxCreateResponse
    from opensandbox.services import Sandboxes
    from opensandbox.transport.retry import RetryPolicy

logger = logging.getLogger("opensandbox.sandbox")


async def create_patiently(
    post: Callable[[], Awaitable[SandboxCreateResponse]],
    policy: RetryPolicy,
    deadline: Deadline,
    unwanted: AsyncEvent,
) -> SandboxCreateResponse:
    """Send a creation again for as long as the server refuses it before it does anything (429, 503)."""
    attempts = Attempts()
    while True:
        try:
            return await post()
        except SandboxException as exc:
            if not may_send_again(exc) or unwanted.is_set():
                told = outcome_told(exc)
                if told is exc:
                    raise
                raise told from exc
            remaining = deadline.remaining(monotonic())
            delay = wait_before_retry(policy, exc, attempts, remaining, random.uniform)
            if delay is None:
                raise
            logger.info(
                "creation refused (%s); attempt %d follows in %.3g s", exc, attempts.retries + 2, delay
            )
            if await unwanted.wait_for(delay):
                raise
            attempts = Attempts(attempts.retries + 1, delay)


async def create_with_retry(
    sandboxes: Sandboxes,
    post: Callable[[dict[str, str]], Awaitable[SandboxCreateResponse]],
    metadata: dict[str, str],
    policy: RetryPolicy,
    unwanted: AsyncEvent,
) -> SandboxCreateResponse:
    """Return the sandbox of the one attempt that succeeded; sandboxes of attempts whose answer was lost are found again.

    Once `unwanted` is set no attempt follows. When it gives up, whatever an attempt may have left is deleted, as far as the
    server can be reached.
    """
    token = uuid.uuid4().hex
    labelled = {**metadata, TOKEN_LABEL: token}
    deadline = Deadline(None)
    if policy.overall_deadline is not None:
        deadline = Deadline.after(policy.overall_deadline.total_seconds(), monotonic())
    attempts = Attempts()
    unknown = False
    while True:
        try:
            if unknown and (found := await _find(sandboxes, token)):
                return found[0]
            return await post(labelled)
        except SandboxException as exc:
            failure = exc
        delay = None
        known = aftermath(failure)
        if known is not Aftermath.REFUSED:
            unknown = unknown or known is Aftermath.UNKNOWN
            delay = wait_before_retry(
                policy, failure, attempts, deadline.remaining(monotonic()), random.uniform
            )
        if delay is None or unwanted.is_set():
            break
        logger.warning(
            "creation failed (%s); attempt %d follows in %.3g s", failure, attempts.retries + 2, delay
        )
        if await unwanted.wait_for(delay):
            break
        attempts = Attempts(attempts.retries + 1, delay)
    if unknown:
        await _remove_leftovers(sandboxes, token)
    raise failure


async def _find(sandboxes: Sandboxes, token: str) -> list[SandboxCreateResponse]:
    from opensandbox.models.sandboxes import SandboxCreateResponse, SandboxFilter

    page = await sandboxes.list_sandboxes(SandboxFilter(metadata={TOKEN_LABEL: token}))
    return [
        SandboxCreateResponse(id=info.id, platform=info.platform, extensions=info.extensions)
        for info in page.sandbox_infos
        if info.status.state not in ("Stopping", "Terminated", "Failed")
    ]


async def _remove_leftovers(sandboxes: Sandboxes, token: str) -> None:
    try:
        for left in await _find(sandboxes, token):
            await sandboxes.kill_sandbox(left.id)
    except SandboxException as exc:
        logger.warning("what the failed creation may have left could not be removed: %s", exc)
