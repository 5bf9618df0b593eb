"""From what went wrong on the wire to the exception that tells the caller what to do."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from opensandbox._core.calls.file_failures import file_failure
from opensandbox._core.calls.older import unsupported
from opensandbox._core.calls.retry import parse_retry_after
from opensandbox._core.net.addresses import REQUEST_ID_HEADER
from opensandbox._core.net.handshakes import suspicion, way_out
from opensandbox.config.limits import beyond
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxConnectTimeoutException,
    SandboxError,
    SandboxException,
    SandboxNotSupportedException,
    SandboxRateLimitException,
    SandboxTimeoutException,
    SandboxUnavailableException,
)
from opensandbox.exceptions.api import api_exception_type
from opensandbox.exceptions.root import printable
from opensandbox.transport.retry import is_idempotent_method

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOK_FIRST: Final = "look whether it happened before repeating it"

EXCERPT: Final = 300
"""Characters of a body without an error code that are quoted in the message."""

RAISE_REQUEST_TIMEOUT: Final = "; raise request_timeout"
"""Where, in the message of a time-out, its advice begins."""

_WAY_OUT: Final = {
    400: "correct the arguments",
    401: "set `api_key` in the connection config, or OPEN_SANDBOX_API_KEY",
    403: "use a key that is allowed to do this",
    404: "not found: it does not exist, was killed, or its time ran out",
    409: "the state does not allow it now; read it again",
    410: "it has expired; create a new one",
    412: "a precondition does not hold; read the state again",
    413: "send less at once",
    422: "correct the arguments",
    429: "wait before trying again",
    501: "this deployment does not offer the operation",
    502: "what the server asked is down; try again",
    503: "the server is busy or starting; try again",
    504: f"what the server asked did not answer in time; {LOOK_FIRST}",
}
_TRY_LATER: Final = "the server failed; try again later"
_SERVER_FAILED: Final = {
    # The daemon's word for whatever it could not do, which is the caller's fault more often than its own.
    "RUNTIME_ERROR": "it failed in the sandbox for the reason given; repeating it helps only where that has changed",
}
_ASYNCIO_SAYS: Final = "Connect call failed"
_RETRYABLE: Final = frozenset({429, 502, 503})


class Asked(Protocol):
    """What was asked, whatever library sends it."""

    @property
    def method(self) -> str:
        """The method."""
        ...

    @property
    def url(self) -> object:
        """The address."""
        ...


class TransportFailure(Enum):
    """How an exchange failed without an answer."""

    UNREACHABLE = "unreachable"
    CONNECT_TIMED_OUT = "no connection in time"
    NO_CONNECTION_FREE = "no connection free"
    TIMED_OUT = "timed out"
    MALFORMED = "malformed"
    BROKEN = "broken"


def api_failure(
    *,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    method: str,
    url: str,
    follows_redirects: bool = False,
) -> SandboxApiException:
    """Return the exception for an answer with an error status, whatever its body looks like."""
    path = urlsplit(url).path
    code, text = _envelope(body)
    # Daemons say so with 503, too.
    offered = not (code or "").endswith("NOT_SUPPORTED")
    advice = _WAY_OUT.get(status if offered else 501) or (
        _SERVER_FAILED.get(code or "", _TRY_LATER) if status >= 500 else None
    )
    if 300 <= status < 400:
        target = headers.get("location", "elsewhere")
        advice = f"the server redirects to {_without_query(target)}; correct the domain" + (
            ", as this cannot be followed" if follows_redirects else " or set follow_redirects=True"
        )
    kind = api_exception_type(status)
    about_file = file_failure(path, code, text)
    if about_file is not None:
        kind, advice = about_file.kind, about_file.advice
    if lacks := unsupported(status, method, path, body):
        kind, advice = SandboxNotSupportedException, lacks
    message = f"{method} {path}".rstrip() + f" answered {status}"
    if code is None:
        excerpt = _excerpt(body)
        message += (
            f": {printable(text or excerpt, lines=False)}" if text or excerpt else " with an empty body"
        )
    if advice:
        message += f" ({advice})"
    failure = kind(
        message,
        status_code=status,
        error=None if code is None else SandboxError(code, text),
        request_id=headers.get(REQUEST_ID_HEADER) or headers.get(REQUEST_ID_HEADER.lower()),
        response_body=body,
        is_retryable=status in _RETRYABLE and _repeatable(method, status),
        method=method,
        path=path,
    )
    if about_file is not None and isinstance(failure, OSError):
        failure.errno = about_file.errno
    if isinstance(failure, SandboxRateLimitException | SandboxUnavailableException):
        wait = parse_retry_after(headers.get("retry-after"), datetime.now(UTC))
        failure.retry_after = None if wait is None else timedelta(seconds=min(wait, 86400.0 * 365))
    return failure


def unreadable_answer(
    cause: Exception, *, status: int, headers: Mapping[str, str], body: bytes, method: str, url: str
) -> SandboxApiException:
    """Return the exception for a success whose body is not what the API promises."""
    path = urlsplit(url).path
    what = (
        f"misses the member {cause}"
        if type(cause) is KeyError
        else f"cannot be read: {type(cause).__name__}: {cause}"
    )
    message = (
        f"{method} {path}".rstrip() + f" answered {status}, but the body {what}; "
        f"is the domain that of an OpenSandbox server of a fitting version? It {sketch(body)}"
    )
    return SandboxApiException(
        message,
        cause,
        status_code=status,
        request_id=headers.get(REQUEST_ID_HEADER) or headers.get(REQUEST_ID_HEADER.lower()),
        response_body=body,
        method=method,
        path=path,
    )


def beyond_bound(
    name: str, bound: int | None, what: str, status: int, headers: Mapping[str, str], request: Asked
) -> SandboxApiException:
    """Return the exception for an answer of which there is more than is taken."""
    path = urlsplit(str(request.url)).path
    return SandboxApiException(
        f"{request.method} {path} answered {status}, and {beyond(name, bound, what)}",
        status_code=status,
        request_id=headers.get(REQUEST_ID_HEADER) or headers.get(REQUEST_ID_HEADER.lower()),
        method=request.method,
        path=path,
    )


def transport_failure(
    kind: TransportFailure, cause: Exception, *, method: str, url: str, proxy: str | None = None
) -> SandboxException:
    """Return the exception for an exchange that brought no complete answer."""
    parts = urlsplit(url)
    where = _place(url) + (f" (through proxy {_place(proxy)})" if proxy else "")
    call = f"{method} {parts.path}"
    reason = _reason(cause)
    safe = is_idempotent_method(method)
    handshake = way_out(reason)
    match kind:
        case TransportFailure.UNREACHABLE | TransportFailure.CONNECT_TIMED_OUT:
            timed_out = kind is TransportFailure.CONNECT_TIMED_OUT
            advice = handshake or _reach_advice(parts.hostname, parts.port, proxy)
            failure = (SandboxConnectTimeoutException if timed_out else SandboxConnectionException)(
                f"cannot reach {where} for {call}: {reason}; {advice}{RAISE_REQUEST_TIMEOUT if timed_out else ''}",
                cause,
                is_retryable=handshake is None,
            )
            failure._sent = False
            return failure
        case TransportFailure.NO_CONNECTION_FREE:
            return SandboxTimeoutException(
                f"no connection to {where} became free for {call} in time; allow more connections or a longer request_timeout",
                cause,
                is_retryable=True,
            )
        case TransportFailure.TIMED_OUT:
            return SandboxTimeoutException(
                f"{call} at {where} timed out ({reason}){RAISE_REQUEST_TIMEOUT}"
                + ("" if safe else f", and {LOOK_FIRST}"),
                cause,
            )
        case TransportFailure.MALFORMED:
            failure = SandboxConnectionException(
                f"{call} cannot be sent to {where}: {reason}; correct the domain or protocol", cause
            )
            failure._sent = False
            return failure
    remarks = [handshake or suspicion(reason, parts.scheme)]
    if not safe:
        remarks.append(LOOK_FIRST)
    return SandboxConnectionException(
        "; ".join(filter(None, [f"the connection to {where} broke during {call}: {reason}", *remarks])),
        cause,
        is_retryable=safe and handshake is None,
    )


def _place(url: str) -> str:
    """Return host and port of an address. Programs take "http" and the first digits behind it for a status."""
    scheme, _, rest = url.rpartition("://")
    how = {"": "", "http": "", "ws": "", "https": " over TLS", "wss": " over TLS"}.get(
        scheme, f" over {scheme.upper()}"
    )
    return urlsplit(f"//{rest}").netloc.rpartition("@")[2] + how


def _reason(cause: Exception) -> str:
    """Return what the cause says, in the system's words, which programs look for: asyncio has its own."""
    text = str(cause).rstrip(".") or type(cause).__name__
    if _ASYNCIO_SAYS not in text:
        return text
    error: BaseException | None = cause
    while error is not None and not (isinstance(error, OSError) and error.errno):
        error = error.__cause__ or error.__context__
    number = error.errno if isinstance(error, OSError) and error.errno else errno.ECONNREFUSED
    return text.replace(_ASYNCIO_SAYS, os.strerror(number))


def bad_address(url: str, reason: str) -> InvalidArgumentException:
    """Return the exception for an address that cannot be asked at all."""
    return InvalidArgumentException(
        f"{_without_query(url)!r} is not an address: {reason}; correct the domain"
    )


def _repeatable(method: str, status: int) -> bool:
    # A gateway's 502 may come after the server behind it did the work; 429 and 503 say that it was not begun.
    return status in (429, 503) or is_idempotent_method(method)


def _reach_advice(host: str | None, port: int | None, proxy: str | None) -> str:
    if proxy:
        return "check the proxy, the domain and the protocol; set NO_PROXY or trust_env=False to go without a proxy"
    if host in ("localhost", "127.0.0.1", "::1") and port == 8080:
        return (
            "start a server there with `opensandbox-local --port 8080` (from the extra `local`), "
            "or set `domain` or OPEN_SANDBOX_DOMAIN to the address of yours"
        )
    return "check the domain, the protocol and the network"


def _envelope(body: bytes) -> tuple[str | None, str | None]:
    """Read code and text from any of the shapes that servers use; both `None` where there is nothing to read."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return None, None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None, None
    if isinstance(data, dict) and isinstance(data.get("detail"), dict):
        data = data["detail"]
    if not isinstance(data, dict):
        return None, None
    code, text = data.get("code"), data.get("message")
    if isinstance(code, str | int) and code != "" and not isinstance(code, bool):
        return str(code), text if isinstance(text, str) else None
    for name in ("message", "error", "detail"):
        found = data.get(name)
        if isinstance(found, str) and found:
            return None, found
        if isinstance(found, list) and found:
            return None, "; ".join(_validation_line(item) for item in found[:5])
    return None, None


def _validation_line(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    location = item.get("loc")
    where = ".".join(str(part) for part in location) if isinstance(location, list) else ""
    return f"{where}: {item.get('msg', item)}" if where else str(item.get("msg", item))


def sketch(body: bytes) -> str:
    """Describe a body. What may be an answer of the API is not quoted: it may hold tokens."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return f"began: {_excerpt(body) or '(empty)'}"
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return f"is {len(body)} bytes that begin like JSON"
    if isinstance(data, dict):
        return f"has the members {', '.join(map(repr, list(data)[:20])) or '(none)'}"
    return f"is a list of {len(data)}"


def _excerpt(body: bytes) -> str:
    text = printable(" ".join(body[: EXCERPT * 4].decode("utf-8", "replace").split()))
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"


def without_login(address: str | None) -> str | None:
    """Return an address as it may be shown: without user name and password."""
    if not address:
        return address
    scheme, mark, rest = address.partition("://")
    return scheme + mark + rest.rpartition("@")[2]


def _without_query(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0].rpartition("@")[2]
    return parts._replace(query="", fragment="", netloc=parts.netloc.rpartition("@")[2]).geturl()
