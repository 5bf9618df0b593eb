"""Which failures are put down to the state of the sandbox, and what the state says about them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opensandbox._core.calls.outages import (
    LOOK_INTERVAL,
    add_remark,
    ended,
    is_due,
    is_forgotten,
    may_have_ended,
    remark_on,
)
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConflictException,
    SandboxConnectionException,
    SandboxError,
    SandboxException,
    SandboxForbiddenException,
    SandboxGoneException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxTimeoutException,
    SandboxUnavailableException,
)
from opensandbox.models import SandboxInfo, SandboxStatus


def info(state: str, reason: str | None = None, message: str | None = None) -> SandboxInfo:
    status = SandboxStatus(state=state, reason=reason, message=message)
    return SandboxInfo(id="box", status=status, entrypoint=["x"], created_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("failure", "worth"),
    [
        (SandboxConnectionException("refused", is_retryable=True), True),
        (SandboxConnectionException("broke"), True),
        (SandboxTimeoutException("silence"), True),
        (SandboxTimeoutException("no connection free", is_retryable=True), False),
        (SandboxUnavailableException("lost", status_code=502), True),
        (SandboxUnavailableException("busy", status_code=503), True),
        (SandboxUnavailableException("slow", status_code=504), True),
        (SandboxNotFoundException("no such file", status_code=404), False),
        (SandboxApiException("broken", status_code=500), False),
        (SandboxConflictException("not now", status_code=409), False),
        (SandboxNotSupportedException("no route", status_code=404), True),
        (SandboxNotSupportedException("no", status_code=501), False),
        (SandboxException("anything"), False),
    ],
)
def test_only_who_reached_nobody_asks(failure: SandboxException, worth: bool) -> None:
    assert may_have_ended(failure) is worth


@pytest.mark.parametrize(
    ("state", "over"),
    [("Failed", True), ("Terminated", True), ("Running", False), ("Pending", False), ("Stopping", False)],
)
def test_only_what_is_over_has_ended(state: str, over: bool) -> None:
    assert (ended(info(state)) is not None) is over


def test_the_reason_of_the_server_is_told() -> None:
    cause = SandboxConnectionException("refused")
    failure = ended(info("Failed", "CONTAINER_EXITED_ERROR", "exit status 3"), cause)
    assert failure is not None
    assert "box is Failed and answers no more (CONTAINER_EXITED_ERROR: exit status 3)" in str(failure)
    assert failure.__cause__ is cause


@pytest.mark.parametrize(
    ("answer", "forgotten"),
    [
        (SandboxNotFoundException("x"), True),
        (SandboxGoneException("x"), True),
        (SandboxForbiddenException("x"), False),
    ],
)
def test_only_404_and_410_mean_that_it_is_gone(answer: SandboxException, forgotten: bool) -> None:
    assert is_forgotten(answer) is forgotten


@pytest.mark.parametrize(("last", "due"), [(99.5, False), (100.0 - LOOK_INTERVAL, True)])
def test_questions_keep_a_distance(last: float, due: bool) -> None:
    assert is_due(last, 100.0) is due


@pytest.mark.parametrize("state", ["Running", "Resuming", "Failed"])
def test_most_states_explain_no_silence(state: str) -> None:
    assert remark_on(info(state)) is None


def test_a_paused_sandbox_takes_the_place_of_advice_about_the_time() -> None:
    failure = SandboxTimeoutException("GET /x timed out (read); raise request_timeout, and look")
    remark = remark_on(info("Paused"))
    assert remark is not None
    add_remark(failure, remark)
    assert failure.args[0].startswith("GET /x timed out (read); sandbox box is Paused: Sandbox.resume('box')")
    assert failure.error == SandboxError(SandboxError.TIMEOUT, failure.args[0])


def test_the_text_of_the_server_stays() -> None:
    failure = SandboxUnavailableException("GET /x answered 502", error=SandboxError("LOST", "nobody listens"))
    add_remark(failure, "it is Paused")
    assert str(failure) == "GET /x answered 502; it is Paused | [LOST] nobody listens"
