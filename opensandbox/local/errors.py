"""The error answers of the lifecycle API: a status, a code and a sentence that names the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INVALID_PARAMETER = "SANDBOX::INVALID_PARAMETER"


class ApiError(Exception):
    """An answer other than success, raised anywhere below a request handler."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def response(self) -> JSONResponse:
        """The answer in the envelope `{"code": …, "message": …}`."""
        return JSONResponse(
            {"code": self.code, "message": self.message}, status_code=self.status, headers=self.headers
        )


class ShapeError(ApiError):
    """400: a body that is not of the form the contract describes. `problems` are places and what is wrong there."""

    def __init__(self, problems: Sequence[tuple[tuple[str | int, ...], str, str]]) -> None:
        where, message, _ = problems[0]
        super().__init__(
            400, INVALID_PARAMETER, f"{'.'.join(str(part) for part in where) or 'body'}: {message}"
        )
        self._problems = problems

    def as_real_servers_say_it(self) -> JSONResponse:
        """The answer of a real server: 422, in the shape of its framework."""
        detail = [
            {"type": kind, "loc": ["body", *where], "msg": message} for where, message, kind in self._problems
        ]
        return JSONResponse({"detail": detail}, status_code=422)


def invalid(message: str, code: str = INVALID_PARAMETER) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, code, message)


def unsupported(message: str) -> ApiError:
    """400: a valid request for something that one machine without a cluster cannot do."""
    return ApiError(400, "SANDBOX::API_NOT_SUPPORTED", message)


def sandbox_not_found(sandbox_id: str) -> ApiError:
    """404: no such sandbox, never was or not any more."""
    return ApiError(
        404,
        "DOCKER::SANDBOX_NOT_FOUND",
        f"sandbox {sandbox_id} does not exist (deleted, expired or never created)",
    )
