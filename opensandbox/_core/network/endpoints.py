"""Endpoint answers: what they may hold, and a cache of them, least recently used, with a time to live."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from opensandbox._core.net.addresses import sendable
from opensandbox.config.limits import beyond
from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from opensandbox.models.sandboxes import SandboxEndpoint

_ADDRESS: Final = re.compile(r"[^\s/?#@\\\x00-\x20\x7f]+(?:/[^\s?#@\\\x00-\x20\x7f]*)?")
_LONGEST_NAME: Final = 253
_LONGEST: Final = 8192
_FRAMING: Final = frozenset(
    [
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
"""Headers that belong to the one who sends a request: with another's values it would mean something else."""


def check_endpoint(address: str, headers: dict[str, str], limit: int | None) -> None:
    """Raise `ValueError`, which names what is wrong, for an answer that would send requests elsewhere than it seems to."""
    path = address.partition("/")[2].lower().replace("%2e", ".")
    if (
        not _ADDRESS.fullmatch(address)
        or "://" in address
        or {".", ".."} & set(path.split("/"))
        or not _leads_somewhere(address)
    ):
        raise ValueError(f"the endpoint {address!r} is not host[:port][/path]")
    if limit is not None and sum(map(len, (*headers, *headers.values()))) > limit:
        raise ValueError(beyond("endpoint_header_bytes", limit, "the length of the endpoint's headers"))
    if framing := sorted(name for name in headers if name.lower() in _FRAMING):
        raise ValueError(f"the endpoint has the header {framing[0]!r}, which only a client may set")
    try:
        sendable(headers)
    except InvalidArgumentException as exc:
        raise ValueError(f"the endpoint has a header that cannot be sent: {exc.args[0]}") from exc


def _leads_somewhere(address: str) -> bool:
    """Tell whether an address has a host that can be looked up, and a port that can be."""
    try:
        address.encode()
        parts = urlsplit(f"//{address}")
        host = (parts.hostname or "").encode(
            "idna"
        )  # which refuses labels of no or more than 63 letters, too
        return 0 < len(host) <= _LONGEST_NAME and len(address) <= _LONGEST and parts.port != 0
    except ValueError:  # `UnicodeError` is one, too
        return False


class EndpointKey(NamedTuple):
    """What an endpoint answer depends on."""

    sandbox_id: str
    port: int
    use_server_proxy: bool


class EndpointCache:
    """Endpoint answers by key; the caller passes the time in and serialises access.

    `forget` also bars answers that were asked for before it from being stored after it: `generation` tells the two apart.
    """

    __slots__ = ("_entries", "_generation", "_size", "_ttl")

    def __init__(self, ttl: float, size: int) -> None:
        self._ttl = ttl
        self._size = size
        self._entries: OrderedDict[EndpointKey, tuple[float, SandboxEndpoint]] = OrderedDict()
        self._generation = 0

    @property
    def generation(self) -> int:
        """Return the number of `forget` calls so far; read it before asking the server."""
        return self._generation

    def get(self, key: EndpointKey, now: float) -> SandboxEndpoint | None:
        """Return the answer for `key` while it is fresh."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        expires, endpoint = entry
        if now >= expires:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return endpoint

    def put(self, key: EndpointKey, endpoint: SandboxEndpoint, now: float, generation: int) -> None:
        """Keep an answer, unless something was forgotten since `generation` was read."""
        if generation != self._generation:
            return
        self._entries[key] = (now + self._ttl, endpoint)
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def forget(self, sandbox_id: str) -> None:
        """Drop every answer about one sandbox."""
        self._generation += 1
        for key in [key for key in self._entries if key.sandbox_id == sandbox_id]:
            del self._entries[key]
