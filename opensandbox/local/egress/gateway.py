"""What all sandboxes of one server share: the resolver, the certificate authority, and whom upstreams are trusted by."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from opensandbox.local.egress.resolver import Resolver

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

    from opensandbox.local.egress.authority import Authority
    from opensandbox.local.egress.resolver import Pinned


class Gateway:
    """The way out of the server. Keys and contexts are made when the first sandbox needs them.

    `resolve` says where names lead instead of looking them up. `upstream_ca` is a file of further certificate
    authorities, which the sandboxes trust as well.
    """

    def __init__(self, resolve: Mapping[str, Pinned], upstream_ca: Path | None = None) -> None:
        self.resolver = Resolver(resolve)
        self._upstream_ca = upstream_ca
        self._making: asyncio.Task[tuple[Authority, ssl.SSLContext]] | None = None

    async def trusted(self, *, interception: bool) -> str:
        """The certificates that a sandbox has to trust beyond the usual ones, as PEM; may be empty."""
        pem = "" if self._upstream_ca is None else self._upstream_ca.read_text().rstrip("\n") + "\n"
        return pem + (await self.authority()).pem.decode() if interception else pem

    async def authority(self) -> Authority:
        """The authority whose certificates programs in sandboxes see."""
        return (await self._made())[0]

    async def upstream_context(self) -> ssl.SSLContext:
        """The TLS settings towards real servers."""
        return (await self._made())[1]

    async def _made(self) -> tuple[Authority, ssl.SSLContext]:
        if self._making is None:
            # In a thread: importing cryptography takes as long as starting a sandbox.
            self._making = asyncio.create_task(asyncio.to_thread(_make, self._upstream_ca))
        return await asyncio.shield(self._making)


def _make(upstream_ca: Path | None) -> tuple[Authority, ssl.SSLContext]:
    from opensandbox.local.egress.authority import Authority, upstream_context

    return Authority(), upstream_context(upstream_ca)
