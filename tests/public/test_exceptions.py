"""What a caller can rely on when something goes wrong."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from opensandbox import exceptions
from opensandbox.exceptions import (
    CommandFailedException,
    IncompleteStreamException,
    InvalidArgumentException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxError,
    SandboxException,
    SandboxInternalException,
    SandboxRateLimitException,
)
from opensandbox.exceptions.api import api_exception_type
from opensandbox.models.execd import Execution

RECORD = json.loads((Path(__file__).parents[1] / "surface/surface_1_2.json").read_text(encoding="utf-8"))
RECORDED = RECORD["probes"]["expressions"]
CODES = [name.removeprefix("exc.code.") for name in RECORDED if name.startswith("exc.code.")]
WITHOUT_MESSAGE = [name.removeprefix("exc.noargs.") for name in RECORDED if name.startswith("exc.noargs.")]
CLASSES = [getattr(exceptions, name) for name in exceptions.__all__ if name != "SandboxError"]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_exception_is_caught_by_the_root_and_documents_itself(cls):
    failure = cls("what happened")
    assert isinstance(failure, SandboxException)
    assert str(failure).startswith("what happened")
    assert failure.code == failure.error.code
    assert cls.__doc__


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_exception_keeps_its_cause_and_survives_pickling_and_copying(cls):
    cause = OSError("cable cut")
    failure = cls("what happened", cause)
    assert failure.__cause__ is cause
    for twin in (pickle.loads(pickle.dumps(failure)), copy.copy(failure)):
        assert type(twin) is cls
        assert str(twin) == str(failure)
        assert twin.error == failure.error


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "SandboxInvalidRequestException"),
        (401, "SandboxUnauthenticatedException"),
        (403, "SandboxForbiddenException"),
        (404, "SandboxNotFoundException"),
        (409, "SandboxConflictException"),
        (410, "SandboxGoneException"),
        (412, "SandboxConflictException"),
        (416, "SandboxInvalidRequestException"),
        (418, "SandboxApiException"),
        (422, "SandboxInvalidRequestException"),
        (429, "SandboxRateLimitException"),
        (500, "SandboxApiException"),
        (501, "SandboxNotSupportedException"),
        (502, "SandboxUnavailableException"),
        (503, "SandboxUnavailableException"),
        (504, "SandboxUnavailableException"),
        (520, "SandboxApiException"),
    ],
)
def test_each_status_has_the_class_of_what_can_be_done_about_it(status, name):
    cls = api_exception_type(status)
    assert cls is getattr(exceptions, name)
    assert issubclass(cls, SandboxApiException)


def test_an_api_error_carries_everything_known_about_the_answer():
    failure = api_exception_type(404)(
        "no such sandbox",
        status_code=404,
        error=SandboxError("DOCKER::SANDBOX_NOT_FOUND", "gone"),
        request_id="r-1",
        response_body=b"{}",
        method="GET",
        path="/v1/sandboxes/x",
    )
    assert str(failure) == "no such sandbox | [DOCKER::SANDBOX_NOT_FOUND] gone | request_id=r-1"
    assert (failure.status_code, failure.response_body) == (404, b"{}")
    assert (failure.method, failure.path) == ("GET", "/v1/sandboxes/x")


@pytest.mark.parametrize("told", ["what happened", "happened"])
def test_a_text_that_the_message_has_is_not_said_twice(told):
    failure = SandboxException("what happened", error=SandboxError("CODE", told), request_id="r-1")
    assert str(failure) == "what happened | [CODE] | request_id=r-1"
    assert failure.error.message == told


@pytest.mark.parametrize("name", CODES)
def test_codes_and_texts_are_those_of_the_published_package(name):
    code, text, _ = ast.literal_eval(RECORDED[f"exc.code.{name}"])
    failure = getattr(exceptions, name)("m")
    assert failure.error == SandboxError(code, text)
    assert str(failure) == ("m" if text is None else f"m | [{code}]")


@pytest.mark.parametrize("name", WITHOUT_MESSAGE)
def test_an_exception_without_arguments_says_what_the_published_one_does(name):
    said = ast.literal_eval(RECORDED[f"exc.noargs.{name}"])
    message, mark, rest = said.partition(" | ")
    assert str(getattr(exceptions, name)()) == message + mark + rest.removesuffix(f" {message}")


def test_a_rate_limit_tells_how_long_to_wait():
    failure = SandboxRateLimitException("slow down", retry_after=timedelta(seconds=7), is_retryable=True)
    assert failure.status_code == 429
    assert failure.retry_after == timedelta(seconds=7)
    assert failure.is_retryable


def test_a_specific_code_repeats_the_message_and_an_unspecific_one_does_not():
    assert InvalidArgumentException("m").error == SandboxError("INVALID_ARGUMENT", "m")
    assert SandboxApiException("m").error == SandboxError("UNEXPECTED_RESPONSE")
    assert SandboxInternalException("m").error == SandboxError("INTERNAL_UNKNOWN_ERROR")


def test_a_broken_stream_gives_what_was_received():
    execution = Execution(id="e-1")
    failure = IncompleteStreamException("ended early", execution=execution)
    assert isinstance(failure, SandboxConnectionException)
    assert failure.execution is execution
    assert failure.execution_id == "e-1"
    assert IncompleteStreamException("ended before it began").execution_id is None


def test_a_failed_command_gives_its_exit_status():
    failure = CommandFailedException("exit status 3", execution=Execution(exit_code=3))
    assert failure.exit_code == 3
    assert CommandFailedException("never started").exit_code is None


def test_exceptions_need_nothing_but_the_standard_library():
    code = (
        "import sys, opensandbox.exceptions\n"
        "print([m for m in ('pydantic', 'httpx', 'attrs') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
