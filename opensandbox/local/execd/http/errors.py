"""The error envelope of the execd API: `{"code": ..., "message": ...}` under a fitting status."""

from __future__ import annotations

INVALID_REQUEST = "INVALID_REQUEST_BODY"
MISSING_QUERY = "MISSING_QUERY"
FILE_NOT_FOUND = "FILE_NOT_FOUND"
CONTEXT_NOT_FOUND = "CONTEXT_NOT_FOUND"
SESSION_NOT_FOUND = "SESSION_NOT_FOUND"
RUNTIME_ERROR = "RUNTIME_ERROR"
NOT_SUPPORTED = "NOT_SUPPORTED"
IDENTITY_UNAVAILABLE = "FILESYSTEM_IDENTITY_UNAVAILABLE"
SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


class ExecdError(Exception):
    """A failure that the client is told about: status, stable code and one line of text."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> ExecdError:
    """Answer 400: the request itself cannot be accepted."""
    return ExecdError(400, INVALID_REQUEST, message)


def missing_query(name: str) -> ExecdError:
    """Answer 400: a required query parameter is absent."""
    return ExecdError(400, MISSING_QUERY, f"query parameter {name!r} is required")


def runtime_error(message: str) -> ExecdError:
    """Answer 500: the request was fine, carrying it out failed."""
    return ExecdError(500, RUNTIME_ERROR, message)


def from_os_error(error: OSError) -> ExecdError:
    """Translate what the operating system said; only a missing path has a code of its own."""
    where = f": {error.filename}" if error.filename else ""
    message = f"{error.strerror or error}{where}"
    if isinstance(error, FileNotFoundError):
        return ExecdError(404, FILE_NOT_FOUND, message)
    return runtime_error(message)
