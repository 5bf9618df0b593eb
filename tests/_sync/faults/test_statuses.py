# Generated from tests/_async/faults/test_statuses.py by scripts/unasync.py. Do not edit.
"""Error statuses with bodies of every shape, through every kind of call: what is known of them reaches the caller."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConflictException,
    SandboxForbiddenException,
    SandboxInvalidRequestException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxRateLimitException,
    SandboxUnauthenticatedException,
    SandboxUnavailableException,
)
from tests._sync.attaching import AT_ONCE, attach
from tests._sync.leaks import connections_in_use
from tests._sync.operations import DOWNLOAD, GET, OPERATIONS, POST, Operation
from tests.support.deployment import REQUEST_ID, Deployment
from tests.support.faults import BEFORE_BODY, FIN, RST, answer, chunk, head

CLASSES = {
    401: SandboxUnauthenticatedException,
    403: SandboxForbiddenException,
    404: SandboxNotFoundException,
    405: SandboxNotSupportedException,
    409: SandboxConflictException,
    418: SandboxApiException,
    422: SandboxInvalidRequestException,
    429: SandboxRateLimitException,
    500: SandboxApiException,
    502: SandboxUnavailableException,
    503: SandboxUnavailableException,
    504: SandboxUnavailableException,
    520: SandboxApiException,
    522: SandboxApiException,
}

ENVELOPE = {"code": "SOME::CODE", "message": "the text of the server"}
NO_CODE = "UNEXPECTED_RESPONSE"

SHAPES: dict[str, tuple[bytes, str, str]] = {
    "envelope": (json.dumps(ENVELOPE).encode(), "SOME::CODE", "the text of the server"),
    "detail object": (json.dumps({"detail": ENVELOPE}).encode(), "SOME::CODE", "the text of the server"),
    "detail text": (b'{"detail": "no such thing"}', NO_CODE, "no such thing"),
    "detail list": (
        b'{"detail": [{"loc": ["body", "timeout"], "msg": "too small"}]}',
        NO_CODE,
        "body.timeout: too small",
    ),
    "html": (b"<html><h1>Bad gateway</h1></html>", NO_CODE, "Bad gateway"),
    "empty": (b"", NO_CODE, "empty body"),
    "binary": (bytes(range(256)) * 4, NO_CODE, "answered"),
    "half an envelope": (b'{"code": "SOME', NO_CODE, "SOME"),
    "deep": (b"[" * 100_000, NO_CODE, "[["),
    "null": (b"null", NO_CODE, "null"),
}

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@every_operation
def test_every_status_with_every_body_is_told(deployment: Deployment, operation: Operation) -> None:
    with attach(deployment) as sandbox:
        for status, kind in CLASSES.items():
            for shape, (body, code, text) in SHAPES.items():
                where = f"{status} with {shape}"
                deployment.script(operation.route, [answer(status, body, x_request_id=REQUEST_ID)])
                with pytest.raises(SandboxApiException) as caught:
                    operation.call(sandbox)
                failure = caught.value
                assert type(failure) is kind, where
                assert failure.status_code == status, where
                expected = "RATE_LIMIT" if status == 429 and code == NO_CODE else code
                assert failure.code == expected, where
                assert failure.request_id == REQUEST_ID, where
                assert (failure.method, failure.path) == (operation.method, operation.path), where
                assert failure.response_body == body, where
                assert text in str(failure), where
                assert f"{operation.method} {operation.path} answered {status}" in str(failure), where
                assert REQUEST_ID in str(failure), where
                assert len(str(failure)) < 1000, where
                safe = status in (429, 503) or (status == 502 and operation.method == "GET")
                assert failure.is_retryable is safe, where
                assert not connections_in_use(), where
    assert deployment.lines().count(operation.route) == len(CLASSES) * len(SHAPES)


@every_operation
def test_huge_error_body_is_not_read_to_its_end(deployment: Deployment, operation: Operation) -> None:
    body = b"x" * (10 << 20)
    deployment.script(operation.route, [answer(500, body, x_request_id=REQUEST_ID)])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxApiException) as caught:
            operation.call(sandbox)
        assert caught.value.response_body is not None
        assert 0 < len(caught.value.response_body) < len(body)
        assert caught.value.request_id == REQUEST_ID
        assert not connections_in_use()
        assert operation.call(sandbox) == operation.result


@every_operation
def test_error_body_that_breaks_off_keeps_the_status(deployment: Deployment, operation: Operation) -> None:
    chunked = head(409, transfer_encoding="chunked", x_request_id=REQUEST_ID)
    deployment.script(operation.route, [chunked, chunk(b'{"code": "SOME'), RST])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxConflictException) as caught:
            operation.call(sandbox)
        assert caught.value.request_id == REQUEST_ID
        assert not connections_in_use()


def test_error_before_the_body_of_an_upload_was_taken_is_told(deployment: Deployment) -> None:
    route = OPERATIONS["upload"].route
    with attach(deployment) as sandbox:
        for status in (401, 413, 503):
            deployment.script(route, [BEFORE_BODY, answer(status, ENVELOPE), FIN])
            with pytest.raises(SandboxApiException) as caught:
                sandbox.files.write_file("/file", b"x" * (4 << 20))
            assert (caught.value.status_code, caught.value.code) == (status, "SOME::CODE")
            assert not connections_in_use()


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        (None, 43200, 86400),  # tomorrow
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("9" * 400, 60, 366 * 86400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 60, 366 * 86400),
    ],
)
def test_retry_after_is_told(deployment: Deployment, header: str | None, least: float, most: float) -> None:
    header = header or format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    deployment.script(GET.route, [answer(429, ENVELOPE, retry_after=header)])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxRateLimitException) as caught:
            sandbox.get_info()
    assert caught.value.retry_after is not None
    assert least <= caught.value.retry_after.total_seconds() <= most


@pytest.mark.parametrize("header", ["soon", "-1", "1e3", "", "Fri, 31 Dec 99999 23:59:59 GMT", "٣", "1 2"])
def test_retry_after_that_makes_no_sense_is_none(deployment: Deployment, header: str) -> None:
    deployment.script(
        GET.route, [head(429, content_length=0)[:-2] + f"Retry-After: {header}\r\n\r\n".encode()]
    )
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxRateLimitException) as caught:
            sandbox.get_info()
    assert caught.value.retry_after is None


@pytest.mark.parametrize("operation", [GET, DOWNLOAD], ids=["get", "download"])
def test_busy_server_is_asked_again(deployment: Deployment, operation: Operation) -> None:
    busy = [[answer(status, ENVELOPE, retry_after=0)] for status in (429, 502, 503)]
    deployment.script(operation.route, *busy)
    with attach(deployment, retry_policy=AT_ONCE) as sandbox:
        assert operation.call(sandbox) == operation.result
        assert not connections_in_use()
    assert deployment.lines().count(operation.route) == 4


@pytest.mark.parametrize("status", [429, 502, 503])
def test_change_is_not_asked_for_again(deployment: Deployment, status: int) -> None:
    deployment.script(POST.route, [answer(status, ENVELOPE)])
    with attach(deployment, retry_policy=AT_ONCE) as sandbox:
        with pytest.raises(SandboxApiException):
            sandbox.pause()
    assert deployment.lines().count(POST.route) == 1
