# Generated from opensandbox/_async/control/creation.py by scripts/unasync.py. Do not edit.
"""Creations with retries. Each has a unique label, by which its sandbox is found if the response was lost."""

from __future__ import annotations

import logging
import random
import uuid
from typing import TYPE_CHECKING, Any

from opensandbox._concurrency.background import from_a_handler
from opensandbox._concurrency.pairs import monotonic
from opensandbox._core.calls.retry import Attempts
from opensandbox._core.control.creation import (
    SEEN_THROUGH,
    Aftermath,
    Terms,
    aftermath,
    event_of,
    once,
    outcome_told,
    repeated,
    wait_before_retry,
    with_token,
)
from opensandbox._core.deadlines import Deadline, span
from opensandbox._sync.control.leftovers import Leftovers, Search, remove
from opensandbox._sync.control.lifecycle import CreationCall, Lifecycle
from opensandbox.exceptions import SandboxException
from opensandbox.models.creation import CreationStep

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._concurrency.pairs import Event
    from opensandbox._sync.control.progress import Waiting
    from opensandbox.config import ConnectionConfigSync
    from opensandbox.models.sandboxes import SandboxCreateResponse
    from opensandbox.transport.retry import RetryPolicy

logger = logging.getLogger("opensandbox.sandbox")

OVER = ("Stopping", "Terminated", "Failed")


class Creation:
    """One creation. `terms` say when it is retried, adopted or given up; `unwanted` stops the retries.

    Other sandboxes of its attempts are removed: visible ones at once, the rest in the background.
    """

    def __init__(
        self,
        lifecycle: Any,
        config: ConnectionConfigSync,
        retry: RetryPolicy | None,
        limit: float,
        unwanted: Event,
        waiting: Waiting,
    ) -> None:
        self._waiting = waiting
        self._lifecycle = lifecycle
        self._config = config
        ours = isinstance(lifecycle, Lifecycle)
        self._terms = terms = _terms(config, retry, limit, labelled=ours)
        self._unwanted = unwanted
        self._token = uuid.uuid4().hex if terms.labelled else None
        deadline = Deadline.after(limit + SEEN_THROUGH, monotonic())
        if terms.labelled:
            idempotent = False if terms.policy.max_retries else None
            lifecycle.creation = CreationCall(deadline, once(terms.policy), idempotent)
        elif ours:
            lifecycle.creation = CreationCall(deadline)
        self._attempts = Attempts()
        self._lost = 0

    def run(
        self,
        post: Callable[[dict[str, str]], SandboxCreateResponse],
        metadata: dict[str, str] | None,
    ) -> SandboxCreateResponse:
        """Return the sandbox of the attempt that succeeded."""
        try:
            return self._until_made(post, metadata)
        except BaseException as failure:
            if from_a_handler(failure) and self._token is not None:
                self._lost += 1  # whatever the server answered, nobody knows it any more
                self._search_later(self._token, keep=None)
            raise

    def _until_made(
        self,
        post: Callable[[dict[str, str]], SandboxCreateResponse],
        metadata: dict[str, str] | None,
    ) -> SandboxCreateResponse:
        labels = with_token(metadata, self._token)
        self._waiting.report(CreationStep.ANSWER, "the server's answer")
        while True:
            try:
                made = self._found() or self._posted(post, labels)
            except SandboxException as failure:
                if not self._wait(failure):
                    self._leave_nothing()
                    reported = outcome_told(failure, labelled=self._terms.labelled)
                    if reported is failure:
                        raise
                    raise reported from failure
            else:
                if self._lost and self._token:
                    self._search_later(self._token, keep=made.id)
                return made

    def _found(self) -> SandboxCreateResponse | None:
        """Return what an attempt made whose answer was lost."""
        from opensandbox.models.sandboxes import SandboxCreateResponse

        if not self._lost or self._token is None:
            return None
        for info in self._lifecycle.marked_with(self._token):
            if info.status.state not in OVER:
                self._lost -= 1
                return SandboxCreateResponse(id=info.id, platform=info.platform, extensions=info.extensions)
        return None

    def _posted(
        self, post: Callable[[dict[str, str]], SandboxCreateResponse], labels: dict[str, str]
    ) -> SandboxCreateResponse:
        try:
            return post(labels)
        except SandboxException as failure:
            self._lost += aftermath(failure) is Aftermath.UNKNOWN
            raise

    def _wait(self, failure: SandboxException) -> bool:
        """Wait until the creation is to be tried again; false if it is not."""
        terms, attempts = self._terms, self._attempts
        if self._unwanted.is_set():
            return False
        delay = wait_before_retry(terms, failure, attempts, monotonic(), random.uniform)
        if delay is None:
            return False
        logger.info(
            "creation failed (%s); attempt %d follows in %.3g s", failure, attempts.retries + 2, delay
        )
        self._waiting.report(CreationStep.ANSWER, repeated(failure, attempts, delay))
        if terms.policy.on_retry is not None:
            try:
                url = f"{self._config.get_base_url()}/sandboxes"
                terms.policy.on_retry(event_of(failure, attempts, delay, url))
            except Exception:
                logger.exception("on_retry raised; the retry goes on")
        self._attempts = Attempts(attempts.retries + 1, delay)
        return not self._unwanted.wait_for(delay)

    def _leave_nothing(self) -> None:
        if not self._lost or self._token is None:
            return
        removed = remove(self._lifecycle, self._token, keep=None)
        if removed < self._lost:
            self._search_later(self._token, keep=None)

    def _search_later(self, token: str, keep: str | None) -> None:
        Leftovers.look_for(Search(self._config, token, keep, self._lost))


def _terms(config: ConnectionConfigSync, retry: RetryPolicy | None, limit: float, *, labelled: bool) -> Terms:
    deadline = Deadline.after(limit, monotonic())
    policy = retry or config.retry_policy
    if policy.overall_deadline is not None:
        deadline = deadline.earlier(Deadline.after(span(policy.overall_deadline), monotonic()))
    return Terms(
        policy,
        deadline,
        # A transport that the caller brought follows its own policy, and may compare what is sent with a record: it sees no label
        # unless `retry` asks for one.
        labelled=labelled and (retry is not None or config.transport is None),
        counted=retry is not None or "retry_policy" in config.model_fields_set,
    )
