"""Errors that a server reported: one class for each case that a caller can handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.exceptions.root import SandboxError, SandboxException

if TYPE_CHECKING:
    from datetime import timedelta


class SandboxApiException(SandboxException):
    """The server's response is an error or cannot be parsed.

    `status_code` and `response_body` are from the response, `method` and `path` from the request (without host and
    query, which may hold secrets). `error.code` is the server's code, or `UNEXPECTED_RESPONSE` if the body has none.
    The status determines the subclass; a status without a subclass raises this class.

        except SandboxApiException as failure:
            print(failure.status_code, failure.code, failure.request_id)
    """

    _code = SandboxError.UNEXPECTED_RESPONSE
    _after_lost_answer = False
    """Whether the server may have carried out an earlier attempt of the call, so that this error may be its effect."""

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        status_code: int | None = None,
        error: SandboxError | None = None,
        request_id: str | None = None,
        response_body: bytes | None = None,
        is_retryable: bool = False,
        *,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(message, cause, error, request_id, is_retryable)
        self.status_code = status_code
        self.response_body = response_body
        self.method = method
        self.path = path


class SandboxInvalidRequestException(SandboxApiException):
    """The server refused the request (400, 416, 422): correct the arguments, do not retry."""


class SandboxUnauthenticatedException(SandboxApiException):
    """The API key or access token is missing or wrong (401): set `api_key` or `OPEN_SANDBOX_API_KEY`."""


class SandboxForbiddenException(SandboxApiException):
    """The key is valid but may not do this (403): use another key or ask the operator."""


class SandboxNotFoundException(SandboxApiException):
    """There is no such sandbox, execution, snapshot, template, … (404). A missing file is a `SandboxFileNotFoundException`.

    A sandbox that expired or was killed raises this, too.
    """


class SandboxConflictException(SandboxApiException):
    """The request does not fit the present state (409, 412): read the state again, then decide.

    Examples: pausing a sandbox that is not running, patching a vault at an outdated revision.
    """


class SandboxGoneException(SandboxApiException):
    """It existed but has expired (410): create a new one."""


class SandboxRateLimitException(SandboxApiException):
    """Too many requests (429): wait `retry_after` if it is set, then retry."""

    _code = SandboxError.RATE_LIMIT

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        status_code: int | None = 429,
        error: SandboxError | None = None,
        request_id: str | None = None,
        retry_after: timedelta | None = None,
        response_body: bytes | None = None,
        is_retryable: bool = False,
        *,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(
            message,
            cause,
            status_code,
            error,
            request_id,
            response_body,
            is_retryable,
            method=method,
            path=path,
        )
        self.retry_after = retry_after


class SandboxNotSupportedException(SandboxApiException):
    """This deployment does not support that: use another way or another deployment.

    It says so (501), or it is older and does not know the route (404, 405) or the format (400).
    """


class SandboxUnavailableException(SandboxApiException):
    """The server, or a service behind it, cannot answer now (502, 503, 504): wait `retry_after` if it is set, then
    retry.

    After a 504 the operation may still have happened; check before you retry.
    """

    retry_after: timedelta | None = None


_BY_STATUS: dict[int, type[SandboxApiException]] = {
    400: SandboxInvalidRequestException,
    401: SandboxUnauthenticatedException,
    403: SandboxForbiddenException,
    404: SandboxNotFoundException,
    409: SandboxConflictException,
    410: SandboxGoneException,
    412: SandboxConflictException,
    416: SandboxInvalidRequestException,
    422: SandboxInvalidRequestException,
    429: SandboxRateLimitException,
    501: SandboxNotSupportedException,
    502: SandboxUnavailableException,
    503: SandboxUnavailableException,
    504: SandboxUnavailableException,
}


def api_exception_type(status_code: int) -> type[SandboxApiException]:
    """Return the class for a response with this status; `SandboxApiException` if there is no subclass."""
    return _BY_STATUS.get(status_code, SandboxApiException)
