"""Every shape of error answer keeps status, code, request id, method and path, and says what to do."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox import exceptions
from opensandbox._core.calls import failures
from opensandbox._core.calls.failures import TransportFailure

BODIES = {
    "envelope": (b'{"code":"BAD_THING","message":"it is bad"}', "BAD_THING", "it is bad"),
    "wrapped": (b'{"detail":{"code":"BAD_THING","message":"it is bad"}}', "BAD_THING", "it is bad"),
    "code only": (b'{"code":"BAD_THING"}', "BAD_THING", ""),
    "detail text": (b'{"detail":"it is bad"}', "UNEXPECTED_RESPONSE", "it is bad"),
    "detail list": (
        b'{"detail":[{"loc":["body","image"],"msg":"is missing"}]}',
        "UNEXPECTED_RESPONSE",
        "body.image: is missing",
    ),
    "error text": (b'{"error":"Unauthorized: it is bad"}', "UNEXPECTED_RESPONSE", "it is bad"),
    "html": (b"<html><body><h1>it is bad</h1></body></html>", "UNEXPECTED_RESPONSE", "it is bad"),
    "plain": (b"it is bad\n", "UNEXPECTED_RESPONSE", "it is bad"),
    "empty": (b"", "UNEXPECTED_RESPONSE", "empty body"),
    "cut json": (b'{"code":"BAD_THI', "UNEXPECTED_RESPONSE", '"BAD_THI'),
    "list": (b"[1, 2]", "UNEXPECTED_RESPONSE", "[1, 2]"),
    "null": (b"null", "UNEXPECTED_RESPONSE", "null"),
    "not utf-8": (b"\xff\xfe bad", "UNEXPECTED_RESPONSE", "bad"),
}
CLASSES = {
    301: exceptions.SandboxApiException,
    400: exceptions.SandboxInvalidRequestException,
    401: exceptions.SandboxUnauthenticatedException,
    403: exceptions.SandboxForbiddenException,
    404: exceptions.SandboxNotFoundException,
    405: exceptions.SandboxNotSupportedException,
    409: exceptions.SandboxConflictException,
    410: exceptions.SandboxGoneException,
    412: exceptions.SandboxConflictException,
    413: exceptions.SandboxApiException,
    422: exceptions.SandboxInvalidRequestException,
    429: exceptions.SandboxRateLimitException,
    500: exceptions.SandboxApiException,
    501: exceptions.SandboxNotSupportedException,
    502: exceptions.SandboxUnavailableException,
    503: exceptions.SandboxUnavailableException,
    504: exceptions.SandboxUnavailableException,
    520: exceptions.SandboxApiException,
    599: exceptions.SandboxApiException,
}


def answer(status, body, method="GET", **headers):
    return failures.api_failure(
        status=status,
        headers={"x-request-id": "rq-1", **headers},
        body=body,
        method=method,
        url="https://api.example.com/v1/sandboxes/sb?token=hidden",
    )


@pytest.mark.parametrize("status", CLASSES)
@pytest.mark.parametrize("shape", BODIES)
def test_every_status_and_body_keeps_what_is_known(status, shape):
    body, code, text = BODIES[shape]
    failure = answer(status, body)
    assert type(failure) is CLASSES[status]
    assert failure.status_code == status
    expected = "RATE_LIMIT" if status == 429 and code == "UNEXPECTED_RESPONSE" else code
    assert failure.error.code == expected
    assert (failure.method, failure.path) == ("GET", "/v1/sandboxes/sb")
    assert failure.request_id == "rq-1"
    assert failure.response_body == body
    said = str(failure)
    assert text in said
    assert f"GET /v1/sandboxes/sb answered {status}" in said
    assert "hidden" not in said
    assert failure.__cause__ is None


@pytest.mark.parametrize("status", sorted(failures._WAY_OUT))
def test_statuses_with_a_way_out_name_it(status):
    assert failures._WAY_OUT[status] in str(answer(status, b""))


def test_a_redirect_says_where_to_without_its_query():
    said = str(answer(301, b"", location="https://user:pw@elsewhere.example.com/v1?sig=hidden"))
    assert "https://elsewhere.example.com/v1" in said
    assert "hidden" not in said
    assert "pw" not in said


@pytest.mark.parametrize(
    ("status", "method", "retryable"),
    [
        (429, "POST", True),
        (503, "POST", True),
        (502, "POST", False),
        (502, "GET", True),
        (504, "GET", False),
        (500, "GET", False),
    ],
)
def test_only_what_may_be_repeated_is_retryable(status, method, retryable):
    assert answer(status, b"", method).is_retryable is retryable


def test_a_rate_limit_tells_how_long():
    assert answer(429, b"", **{"retry-after": "7"}).retry_after.total_seconds() == 7
    assert answer(429, b"").retry_after is None
    assert answer(429, b"", **{"retry-after": "9" * 40}).retry_after.days == 365


@given(
    body=st.binary(max_size=400)
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: st.dictionaries(st.sampled_from(["code", "message", "detail", "error"]), x) | st.lists(x),
    ).map(lambda v: json.dumps(v).encode()),
    status=st.integers(300, 599),
)
def test_no_body_breaks_the_reading(body, status):
    failure = answer(status, body)
    assert failure.status_code == status
    assert failure.error.code
    assert (
        len(str(failure)) < 5000
        or "message" in body.decode("utf-8", "replace")
        or "code" in body.decode("utf-8", "replace")
    )


@pytest.mark.parametrize(
    ("kind", "expected", "retryable"),
    [
        (TransportFailure.UNREACHABLE, exceptions.SandboxConnectionException, True),
        (TransportFailure.NO_CONNECTION_FREE, exceptions.SandboxTimeoutException, True),
        (TransportFailure.TIMED_OUT, exceptions.SandboxTimeoutException, False),
        (TransportFailure.MALFORMED, exceptions.SandboxConnectionException, False),
        (TransportFailure.BROKEN, exceptions.SandboxConnectionException, False),
    ],
)
def test_an_exchange_without_an_answer_names_the_place(kind, expected, retryable):
    cause = OSError("no route")
    failure = failures.transport_failure(
        kind, cause, method="POST", url="https://me:pw@api.example.com:8443/v1/x?k=hidden"
    )
    assert type(failure) is expected
    assert failure.is_retryable is retryable
    assert failure.__cause__ is cause
    said = str(failure)
    assert "api.example.com:8443 over TLS" in said
    assert "http" not in said
    assert "POST /v1/x" in said
    assert "pw" not in said
    assert "hidden" not in said


def test_the_local_server_is_offered_where_nothing_listens_at_the_default_address():
    failure = failures.transport_failure(
        TransportFailure.UNREACHABLE,
        OSError("refused"),
        method="GET",
        url="http://localhost:8080/v1/sandboxes",
    )
    assert "opensandbox-local --port 8080" in str(failure)
    assert "OPEN_SANDBOX_DOMAIN" in str(failure)


def test_an_unreadable_success_names_the_member_and_quotes_the_body():
    failure = failures.unreadable_answer(
        KeyError("status"),
        status=200,
        headers={},
        body=b"<html>hello</html>",
        method="GET",
        url="http://x/v1/sandboxes/sb",
    )
    assert failure.status_code == 200
    assert "misses the member 'status'" in str(failure)
    assert "<html>hello</html>" in str(failure)


def test_what_a_daemon_does_not_offer_is_not_told_to_be_tried_again() -> None:
    failure = failures.api_failure(
        status=503,
        headers={},
        body=b'{"code": "NOT_SUPPORTED", "message": "no diff"}',
        method="GET",
        url="http://example.com/v1/isolated/session/a/diff",
    )
    assert "does not offer" in str(failure)
    assert "try again" not in str(failure)
