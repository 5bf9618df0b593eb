"""Which headers pass through the proxy, and which end or begin there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opensandbox.local.proxy.address import Target

    Headers = list[tuple[bytes, bytes]]

EXECD_TOKEN = "X-EXECD-ACCESS-TOKEN"  # noqa: S105 - the name of a header
SECURE_ACCESS = "OpenSandbox-Secure-Access"
API_KEY = "OPEN-SANDBOX-API-KEY"

_HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
# What only the server itself may read or say: secrets for its own door, and claims about where a request came from.
_OURS = frozenset(
    (
        API_KEY.lower().encode(),
        EXECD_TOKEN.lower().encode(),
        SECURE_ACCESS.lower().encode(),
        b"expect",
        b"forwarded",
        b"host",
        b"opensandbox-access-renew",
        b"x-real-ip",
        b"x-request-id",
    )
)
# What the server alone may answer: that a request never reached the sandbox.
_SAID_BY_US = frozenset((b"opensandbox-wake",))
# Through the API's own address, these speak to the API, not to the program behind it.
_API_CREDENTIALS = frozenset((b"authorization", b"cookie"))


def for_sandbox(
    headers: Iterable[tuple[bytes, bytes]], target: Target, *, client: str, host: str, scheme: str
) -> Headers:
    """The request headers as the program in the sandbox gets them, `Host` first."""
    headers = list(headers)
    named = _named_by_connection(headers)
    kept: Headers = [(b"host", b"localhost:%d" % target.port)]
    for name, value in headers:
        if name in _HOP_BY_HOP or name in _OURS or name in named or name.startswith(b"x-forwarded-"):
            continue
        if target.server_proxy and name in _API_CREDENTIALS:
            continue
        kept.append((name, value))
    kept += [
        (b"x-forwarded-proto", scheme.encode()),
        (b"x-forwarded-host", host.encode("latin-1")),
        (b"x-forwarded-for", client.encode()),
    ]
    return kept


def for_client(headers: Iterable[tuple[bytes, bytes]], target: Target) -> Headers:
    """The response headers as the client gets them; redirects stay below the proxied address."""
    headers = [(name.lower(), value) for name, value in headers]
    named = _named_by_connection(headers)
    return [
        (name, _below(value, target) if name == b"location" else value)
        for name, value in headers
        if name not in _HOP_BY_HOP and name not in _SAID_BY_US and name not in named
    ]


def _named_by_connection(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    return {
        token.strip().lower()
        for name, value in headers
        if name == b"connection"
        for token in value.split(b",")
    } - {b"content-length"}


def _below(location: bytes, target: Target) -> bytes:
    own = b"http://localhost:%d" % target.port
    if location == own or location.startswith(own + b"/"):
        location = location[len(own) :] or b"/"
    if location.startswith(b"/") and not location.startswith(b"//"):
        return target.prefix.encode("latin-1") + location
    return location
