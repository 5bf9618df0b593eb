"""Settings of retries: plain values without I/O."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - pydantic reads the annotations when a config is checked
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from opensandbox._core.names import tells_keywords

WAKE_MARKER_HEADER: Final = "OpenSandbox-Wake"
"""The header by which a gateway says that a request never reached its sandbox, which is still being woken."""

WAKE_MARKER_VALUE: Final = "expired"
WAKE_DEFAULT_RETRY_AFTER: Final = timedelta(seconds=1)
"""How long to wait after such an answer that does not say."""

IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


def is_idempotent_method(method: str) -> bool:
    """Tell whether sending a request with this method twice does no more than sending it once."""
    return method.upper() in IDEMPOTENT_METHODS


class JitterMode(StrEnum):
    """How the delays of many clients are spread, so that they do not all retry at once."""

    NONE = "none"
    """Not at all: initial back-off times multiplier, each time."""
    FULL = "full"
    """Anything between zero and the computed wait."""
    DECORRELATED = "decorrelated"
    """The initial back-off first, then anything between it and the previous wait times the multiplier."""


class RetryCause(StrEnum):
    """Why an attempt counts as failed."""

    PRE_SEND = "pre_send"
    """Nothing was sent: no connection could be made or was free."""
    OPAQUE_TRANSPORT = "opaque_transport"
    """The connection broke, and it is unknown whether the request arrived."""
    READ_TIMEOUT = "read_timeout"
    WRITE_TIMEOUT = "write_timeout"
    UNEXPECTED_EOF = "unexpected_eof"
    STATUS_408 = "status_408"
    STATUS_425 = "status_425"
    STATUS_429 = "status_429"
    STATUS_500 = "status_500"
    STATUS_502 = "status_502"
    STATUS_503 = "status_503"
    STATUS_504 = "status_504"
    STATUS_OTHER = "status_other"
    WAKE_TIMEOUT = "wake_timeout"
    """A gateway stopped waiting for a paused sandbox to wake, and did not forward the request."""

    @classmethod
    def for_status(cls, status_code: int) -> RetryCause:
        """Return the cause that stands for an answer with this status."""
        try:
            return cls(f"status_{status_code}")
        except ValueError:
            return cls.STATUS_OTHER


@dataclass(frozen=True)
class RetryEvent:
    """One retry, passed to `RetryPolicy.on_retry` before its delay.

    `attempt` numbers the attempt to come (the first retry is attempt 2), `retries_used` counts the
    retries already made, `backoff` is the wait. `url` comes without query. Of `status_code` and
    `exception` one is set: an answer was refused, or there was none.
    """

    attempt: int
    retries_used: int
    method: str
    url: str
    cause: RetryCause
    status_code: int | None
    backoff: timedelta
    request_id: str | None
    exception: BaseException | None


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and value >= least


@tells_keywords
@dataclass(frozen=True)
class RetryPolicy:
    """How often and after which delays failed requests are retried.

    A failure to connect is retried for every method, because nothing was sent. A failure after sending is retried only
    for idempotent methods, an error status only if the two sets contain it. Delays start at `initial_backoff` and grow
    by `backoff_multiplier` up to `max_backoff`; the server's `Retry-After`, up to 60 s, replaces them.
    `per_attempt_timeout` limits one attempt, `overall_deadline` all attempts and delays.

    A gateway may answer a request to a paused sandbox before the sandbox is awake, and say that it did not forward the
    request. The request is retried, whatever its method, for at most `wake_overall_deadline` (`None`: no limit) and
    `wake_max_attempts` requests, which do not count as retries above. Then it raises `SandboxWakeTimeoutException`.
    `wake_retry_enabled=False` switches this off.

    `on_retry` is called before each delay; its exceptions are logged and ignored. Invalid values raise `ValueError`.

        ConnectionConfig(retry_policy=RetryPolicy(max_retries=5, overall_deadline=timedelta(seconds=20)))
        ConnectionConfig(retry_policy=RetryPolicy.disabled())
    """

    max_retries: int = 3
    initial_backoff: timedelta = timedelta(seconds=0.5)
    max_backoff: timedelta = timedelta(seconds=30)
    backoff_multiplier: float = 2.0
    jitter: JitterMode = JitterMode.DECORRELATED
    retryable_status_codes_idempotent: frozenset[HTTPStatus] = frozenset(
        {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}
    )
    retryable_status_codes_non_idempotent: frozenset[HTTPStatus] = field(default_factory=frozenset)
    per_attempt_timeout: timedelta | None = None
    overall_deadline: timedelta | None = None
    on_retry: Callable[[RetryEvent], None] | None = None
    wake_retry_enabled: bool = True
    wake_overall_deadline: timedelta | None = timedelta(seconds=60)
    wake_max_attempts: int = 5

    def __post_init__(self) -> None:
        if not _is_whole(self.max_retries, 0):
            raise ValueError(f"max_retries must be 0 (never retry) or more, got {self.max_retries!r}")
        multiplier: object = self.backoff_multiplier
        if not isinstance(multiplier, int | float) or not multiplier >= 1:
            raise ValueError(f"backoff_multiplier must be 1 or more, got {self.backoff_multiplier!r}")
        if not _is_whole(self.wake_max_attempts, 1):
            raise ValueError(f"wake_max_attempts must be 1 or more, got {self.wake_max_attempts!r}")
        limits = ("per_attempt_timeout", "overall_deadline", "wake_overall_deadline")
        for name in ("initial_backoff", "max_backoff", *limits):
            value = getattr(self, name)
            optional = name in limits
            if value is None and optional:
                continue
            if not isinstance(value, timedelta):
                raise ValueError(f"{name} must be a timedelta, got {value!r}: write timedelta(seconds=…)")
            if value < timedelta(0) or (optional and not value):
                bound = "more than zero, or None for no limit" if optional else "zero or more"
                raise ValueError(f"{name} must be {bound}, got {value}")
        for name in ("retryable_status_codes_idempotent", "retryable_status_codes_non_idempotent"):
            # Any iterable of numbers will do at the door; inside, it is a frozen set.
            given = getattr(self, name)
            try:
                object.__setattr__(self, name, frozenset(given))
            except TypeError as exc:
                raise ValueError(f"{name} must be a set of statuses such as {{503}}, got {given!r}") from exc

    @classmethod
    def disabled(cls) -> RetryPolicy:
        """Return the policy that never retries, also not for a sandbox to wake."""
        return cls(max_retries=0, wake_retry_enabled=False)

    def retryable_statuses_for(self, method: str) -> frozenset[HTTPStatus]:
        """Return the statuses after which a request with this method is retried."""
        if is_idempotent_method(method):
            return self.retryable_status_codes_idempotent
        return self.retryable_status_codes_non_idempotent

    def wraps_transport(self) -> bool:
        """Tell whether this policy retries anything."""
        limits = (self.per_attempt_timeout, self.overall_deadline, self.on_retry)
        return self.max_retries > 0 or self.wake_retry_enabled or any(limit is not None for limit in limits)
