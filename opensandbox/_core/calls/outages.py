"""What a failed call into a sandbox means, once the server has been asked for the state of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opensandbox._core.calls.failures import RAISE_REQUEST_TIMEOUT
from opensandbox._core.control.states import OVER, why
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConnectionException,
    SandboxError,
    SandboxException,
    SandboxGoneException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxTerminatedException,
    SandboxTimeoutException,
    SandboxWakeTimeoutException,
)

if TYPE_CHECKING:
    from opensandbox.models.sandboxes import SandboxInfo

LOOK_LIMIT: Final = 2.0
"""Seconds for the question about the state. A failure that is already certain is not held back for longer."""

LOOK_INTERVAL: Final = 1.0
"""Seconds between two questions while a sandbox is waited for; one that is not reached is asked about at once."""

_LOST_BY_A_PROXY: Final = frozenset({502, 503, 504})
_ASLEEP: Final = frozenset({"Pausing", "Paused"})


def may_have_ended(failure: SandboxException) -> bool:
    """Tell whether the state of the sandbox may explain a failure: nobody listens there, or nobody answered."""
    if isinstance(failure, SandboxWakeTimeoutException):
        return False  # the gateway has told it
    if isinstance(failure, SandboxNotSupportedException):
        return (
            failure.status_code == 404
        )  # an ingress says the same of a sandbox that is gone as an older daemon of a route
    if isinstance(failure, SandboxApiException):
        return failure.status_code in _LOST_BY_A_PROXY
    if isinstance(failure, SandboxConnectionException):
        return True
    # Without a free connection nothing was sent.
    return isinstance(failure, SandboxTimeoutException) and not failure.is_retryable


def is_due(last: float, now: float) -> bool:
    """Tell whether it is time for another question, `last` being when the wait began or the last one was asked."""
    return now - last >= LOOK_INTERVAL


def ended(info: SandboxInfo, failure: BaseException | None = None) -> SandboxTerminatedException | None:
    """Return the exception for a sandbox that is over; `None` for any other."""
    status = info.status
    if status.state not in OVER:
        return None
    return SandboxTerminatedException(
        f"sandbox {info.id} is {status.state} and answers no more{why(status.reason, status.message)}; "
        "read get_diagnostic_logs, and create a new one",
        failure,
        info=info,
    )


def is_forgotten(answer: Exception) -> bool:
    """Tell whether the server does not know the sandbox any more."""
    return isinstance(answer, SandboxNotFoundException | SandboxGoneException)


def remark_on(info: SandboxInfo) -> str | None:
    """Return what the state says about a call that got no answer; `None` when it says nothing."""
    if info.status.state not in _ASLEEP:
        return None
    return (
        f"sandbox {info.id} is {info.status.state}: Sandbox.resume({info.id!r}) or resume_in_place() lets it answer, and what "
        "it was asked meanwhile may still happen then"
    )


def add_remark(failure: SandboxException, remark: str) -> None:
    """Put a remark behind the message of a failure that nobody has seen yet, in the place of advice about the time."""
    message = failure.args[0]
    text = f"{message.partition(RAISE_REQUEST_TIMEOUT)[0]}; {remark}"
    if failure.error.message == message:
        failure.error = SandboxError(failure.code, text)
    failure.args = (text, *failure.args[1:])
