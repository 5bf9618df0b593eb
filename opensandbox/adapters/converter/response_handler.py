"""Kept for programs written for 1.1.1: answers of generated operations.

Generated operations read successes only, so whoever calls them looks at the status first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from opensandbox._core.calls import failures
from opensandbox._core.net.addresses import REQUEST_ID_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def extract_request_id(headers: Mapping[str, str]) -> str | None:
    """Return the id under which the server logged the request, if it told one."""
    wanted = REQUEST_ID_HEADER.lower()
    return next((value for name, value in headers.items() if name.lower() == wanted and value.strip()), None)


def handle_api_error(response: Any, operation_name: str = "the request") -> None:
    """Raise the `SandboxApiException` that fits a status of 300 or above; `operation_name` goes into its text."""
    if response.status_code >= 300:
        raise failures.api_failure(
            status=int(response.status_code),
            headers=response.headers,
            body=response.content,
            method=operation_name,
            url="",
        )


def require_parsed(response: Any, expected_type: type[T], operation_name: str = "the request") -> T:
    """Return the parsed body of a success; `SandboxApiException` when it is not of `expected_type`."""
    parsed: object = response.parsed
    if isinstance(parsed, expected_type):
        return parsed
    found = f"{type(parsed).__name__} instead of {expected_type.__name__}"
    raise failures.unreadable_answer(
        TypeError(found),
        status=int(response.status_code),
        headers=response.headers,
        body=response.content,
        method=operation_name,
        url="",
    )
