# Generated from opensandbox/_async/calls/redirects.py by scripts/unasync.py. Do not edit.
"""Which redirects are followed, where the caller asked for that, and what may be taken along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import httpx

FOR_EVERY_ORIGIN: Final = frozenset(
    ["accept", "accept-encoding", "content-length", "content-type", "host", "transfer-encoding", "user-agent"]
)
"""Headers that go along to another origin."""


def may_follow(first: httpx.Request, status: int, following: httpx.Request) -> bool:
    """Tell whether `following` may be sent in the place of `first`."""
    if what_is_wrong(following.url):
        return False
    if first.method == "GET":
        return True
    # The other statuses would turn a change into a read, and its body may hold secrets.
    return status in (307, 308) and _origin(first) == _origin(following)


def redirected(asked: httpx.Request, following: httpx.Request) -> httpx.Request:
    """Return `following` with those headers of `asked` that its origin may see."""
    following.extensions = asked.extensions
    if _origin(asked) == _origin(following):
        if "Cookie" in asked.headers:
            following.headers["Cookie"] = asked.headers["Cookie"]  # httpx drops it everywhere
        return following
    for name in [name for name in following.headers if name.lower() not in FOR_EVERY_ORIGIN]:
        del following.headers[name]
    return following


def what_is_wrong(url: httpx.URL) -> str | None:
    """Return why an address that could be parsed cannot be asked all the same."""
    try:
        labels = url.host.removesuffix(".").split(".")
    except UnicodeError as exc:
        return str(exc)
    if url.port is not None and not 0 < url.port < 65536:
        return "ports lie between 1 and 65535"
    if not all(0 < len(label) < 64 for label in labels):
        return "each part of a host name has 1 to 63 characters"
    return None


def _origin(request: httpx.Request) -> tuple[str, str, int | None]:
    return (request.url.scheme, request.url.host, request.url.port)
