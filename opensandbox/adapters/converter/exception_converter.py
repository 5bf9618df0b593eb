"""Kept for programs written for 1.1.1: any error as one of the SDK."""

from __future__ import annotations

import httpx

from opensandbox._sync.calls.http import translated
from opensandbox.exceptions import InvalidArgumentException, SandboxException, SandboxInternalException


class ExceptionConverter:
    """Finds the SDK's exception for one of httpx, pydantic or Python."""

    @staticmethod
    def to_sandbox_exception(error: Exception) -> SandboxException:
        """Return the exception to raise instead; one of the SDK comes back as it is, all others are its `cause`."""
        if isinstance(error, SandboxException):
            return error
        if isinstance(error, httpx.HTTPError):
            return translated(error, _request_of(error))
        # Errors of pydantic and of JSON are among these.
        if isinstance(error, TypeError | ValueError | httpx.InvalidURL):
            return InvalidArgumentException(str(error), error)
        return SandboxInternalException(f"{type(error).__name__}: {error}", error)


def _request_of(error: httpx.HTTPError) -> httpx.Request:
    try:
        return error.request
    except RuntimeError:  # it was raised without one
        return httpx.Request("POST", "http://sandbox/")
