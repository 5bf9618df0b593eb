"""What a refusal means: the deployment does not offer something, the server is older, or it breaks the contract."""

from __future__ import annotations

import json
import re
from typing import Any

from opensandbox.contract.results import Differs, Missing, NotOffered, NotTried, Outcome
from opensandbox.exceptions import SandboxApiException, SandboxNotSupportedException

NOT_IMPLEMENTED = 501
NO_ROUTE = (404, 405)
# What daemons and servers in use answer to a path or method that they have never heard of.
_UNKNOWN_ROUTE = (b"404 page not found", b'{"detail":"Not Found"}', b'{"detail":"Method Not Allowed"}')
# Codes by which servers say that a back-end has no such thing.
_UNSUPPORTED = re.compile(r"UNSUPPORTED|NOT_SUPPORTED|NOT_IMPLEMENTED|NOT_ENABLED|DISABLED")


def outcome_of(failure: Exception) -> tuple[Outcome, str]:
    """Return what an exception says about the server, and the words for it."""
    match failure:
        case NotOffered():
            return Outcome.NOT_OFFERED, str(failure)
        case Missing():
            return Outcome.MISSING, str(failure)
        case NotTried():
            return Outcome.NOT_TRIED, str(failure)
        case Differs() | AssertionError():
            return Outcome.DIFFERS, str(failure)
        case SandboxApiException():
            return _of_answer(failure)
    return Outcome.DIFFERS, f"{type(failure).__name__}: {failure}"


def lacks(status: int, content: bytes | None) -> bool:
    """Return whether an answer says, in one of the known forms, that a server has no such operation.

    No spec declares these: they are what stands around the operations. What is lacking is told by the call that met it.
    """
    if status == NOT_IMPLEMENTED:
        return bool(_code(content or b""))
    return status in NO_ROUTE and (content or b"").strip() in _UNKNOWN_ROUTE


def refused(status: int, content: bytes) -> Exception:
    """Return the exception for a refusal that came through a generated client."""
    text = content.decode(errors="replace")[:300].strip()
    code = _code(content)
    if status == NOT_IMPLEMENTED or _UNSUPPORTED.search(code):
        return NotOffered(f"{status}: {text}")
    if status in NO_ROUTE and not code:
        return Missing(f"there is no such route: {status}: {text}")
    return Differs(f"refused with {status}: {text}")


def _of_answer(failure: SandboxApiException) -> tuple[Outcome, str]:
    words = f"{type(failure).__name__}: {failure}"
    status = failure.status_code
    if status == NOT_IMPLEMENTED or _UNSUPPORTED.search(failure.error.code or ""):
        return Outcome.NOT_OFFERED, words
    if isinstance(failure, SandboxNotSupportedException):
        return Outcome.MISSING, words
    if status in NO_ROUTE and not _code(failure.response_body or b""):
        return Outcome.MISSING, words
    return Outcome.DIFFERS, words


def _code(content: bytes) -> str:
    """Return the code of an error envelope; empty where there is none."""
    try:
        answer: Any = json.loads(content)
    except ValueError:
        return ""
    return str(answer.get("code", "")) if isinstance(answer, dict) else ""
