"""The cache of endpoint answers: least recently used, with a time to live."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opensandbox.models.sandboxes import SandboxEndpoint


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
