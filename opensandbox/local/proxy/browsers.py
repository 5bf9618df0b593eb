"""Web browsers: pages that sandboxes serve share this server's address, and must not share its rights.

Whatever a sandbox answers below the server's own address is shown without an origin (`as_guest`): such a page reads nothing of
the API, its storage or other sandboxes. What needs an origin to work is served under a name of its own, `8000-ID.localhost`,
to which browsers are led (`own_address`). Requests to the API that a browser marks are let in with the key alone (`check_page`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opensandbox.local.errors import ApiError
from opensandbox.local.proxy.address import Target

if TYPE_CHECKING:
    from starlette.datastructures import Headers

_OWN_NAME = re.compile(r"(?P<port>[0-9]{1,10})-(?P<sandbox>[a-z0-9][a-z0-9-]*)\.localhost")
_LONGEST_LABEL = 63
# All that a page may be given but `allow-same-origin`, and what would let it out of this one.
GUEST = (
    b"content-security-policy",
    b"sandbox allow-downloads allow-forms allow-modals allow-orientation-lock allow-pointer-lock allow-popups"
    b" allow-presentation allow-scripts",
)


def as_guest(headers: list[tuple[bytes, bytes]], target: Target) -> list[tuple[bytes, bytes]]:
    """Headers of a sandbox's answer, as browsers get them: without an origin where its address is that of the server."""
    return [*headers, GUEST] if target.prefix else headers


def named_target(host: str, path: str) -> Target | None:
    """The port of a sandbox that has a host name for itself; None for other names."""
    found = _OWN_NAME.fullmatch(host.lower())
    return Target(found["sandbox"], int(found["port"]), "", path or "/") if found else None


def own_address(target: Target, method: str, headers: Headers, query: str) -> str | None:
    """Where to lead a browser that opens a page below the server's own address, if the page has another one.

    Not for signed addresses, whose signature is in the path, nor from names that lead to this machine from elsewhere alone.
    """
    name = f"{target.port}-{target.sandbox_id}".lower()
    if method != "GET" or headers.get("sec-fetch-mode") != "navigate" or not target.prefix:
        return None
    host, colon, port = headers.get("host", "").partition(":")
    if target.signature is not None or host not in ("localhost", "127.0.0.1") or len(name) > _LONGEST_LABEL:
        return None
    return f"http://{name}.localhost{colon}{port}{target.path}" + (f"?{query}" if query else "")


def check_page(headers: Headers, address: str, *, keyed: bool) -> None:
    """403 for a request to the API of a web page that is not the server's own, and of any page where no key protects the API.

    `address` is scheme and host that were asked. The pages of a sandbox have the server's address too, or none.
    """
    origin = headers.get("origin")
    if origin is not None and origin.lower() != address.lower():
        raise ApiError(403, "ORIGIN_NOT_ALLOWED", f"web pages of {origin!r} may not use this server")
    if not keyed and _is_from_a_page(headers):
        raise ApiError(
            403,
            "ORIGIN_NOT_ALLOWED",
            "web pages may use this server with its API key alone, and it was started with --no-key; start it without",
        )


def _is_from_a_page(headers: Headers) -> bool:
    # "none" is what somebody types into the address bar.
    return (
        "origin" in headers or "referer" in headers or headers.get("sec-fetch-site", "none").lower() != "none"
    )
