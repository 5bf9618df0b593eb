"""Where a request goes: base URLs and the headers that belong to each kind of destination."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from collections.abc import Mapping

API_KEY_HEADER: Final = "OPEN-SANDBOX-API-KEY"
ORIGIN_HEADER: Final = "OPEN-SANDBOX-ORIGIN"
REQUEST_ID_HEADER: Final = "X-Request-ID"

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"|[!-~](?:[ -~\t]*[!-~])?")
_HARMLESS: Final = frozenset(
    [
        "accept",
        "accept-encoding",
        "accept-ranges",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "date",
        "host",
        "range",
        "retry-after",
        "server",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
    ]
)


def control_plane_headers(user_agent: str, headers: Mapping[str, str], api_key: str) -> dict[str, str]:
    """Return what every control-plane request carries; the configured key beats a user header of the same name."""
    merged = _without(headers, API_KEY_HEADER if api_key else "")
    merged.setdefault("User-Agent", user_agent)
    if api_key:
        merged[API_KEY_HEADER] = api_key
    return merged


def sandbox_headers(
    user_agent: str,
    headers: Mapping[str, str],
    endpoint_headers: Mapping[str, str],
    *,
    api_key: str,
    use_server_proxy: bool,
) -> dict[str, str]:
    """Return what every request to an address inside a sandbox carries.

    The API key goes along only when the address leads through the server; the endpoint's own headers win.
    """
    merged = dict(headers) if use_server_proxy else _without(headers, API_KEY_HEADER)
    merged.setdefault("User-Agent", user_agent)
    if use_server_proxy and api_key:
        merged = {**_without(merged, API_KEY_HEADER), API_KEY_HEADER: api_key}
    for name, value in endpoint_headers.items():
        merged = _without(merged, name)
        merged[name] = value
    return merged


def sendable(headers: dict[str, str]) -> dict[str, str]:
    """Check that headers can be sent. Messages leave the values out: they may be secret."""
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise InvalidArgumentException(
                f"{name!r} cannot be the name of a header; use letters, digits and hyphens"
            )
        if not _VALUE.fullmatch(value):
            what = "api_key" if name == API_KEY_HEADER else f"the value of the header {name}"
            raise InvalidArgumentException(
                f"{what} cannot be sent: it has white space at an end, a line break or a character beyond ASCII; "
                "look how it is read, for example without strip()"
            )
    return headers


def join(base_url: str, path: str) -> str:
    """Append an operation's path to a base URL that may have a path of its own."""
    return base_url.rstrip("/") + "/" + path.lstrip("/")


def may_be_shown(name: str) -> bool:
    """Tell whether the value of a header may stand in a log; those that callers add may hold anything."""
    return name.lower() in _HARMLESS


_FIXED: Final = frozenset(
    [
        "v1",
        "sandboxes",
        "snapshots",
        "templates",
        "pools",
        "endpoints",
        "metadata",
        "networkpolicy",
        "pause",
        "resume",
        "renew-expiration",
        "metrics",
        "events",
        "diagnostics",
        "logs",
        "command",
        "status",
        "session",
        "run",
        "runs",
        "code",
        "context",
        "contexts",
        "files",
        "directories",
        "list",
        "info",
        "mv",
        "permissions",
        "replace",
        "search",
        "upload",
        "download",
        "watch",
        "ping",
        "filesystem",
        "isolated",
        "sessions",
        "capabilities",
        "diff",
        "commit",
        "pty",
        "ws",
        "policy",
        "credential-vault",
        "credentials",
        "bindings",
        "gateway",
        "proxy",
    ]
)


def operation_path(path: str) -> str:
    """Return the path of a request with ids, ports and names replaced by `*`, as a name with few values."""
    return "/".join(part if not part or part in _FIXED else "*" for part in path.split("/"))


def _without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    dropped = name.lower()
    return {key: value for key, value in headers.items() if key.lower() != dropped}
