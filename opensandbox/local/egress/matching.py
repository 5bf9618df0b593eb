"""Which binding a request gets, if any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opensandbox.local.egress.binding import DEFAULT_PORTS

if TYPE_CHECKING:
    from opensandbox.local.egress.binding import Binding
    from opensandbox.local.egress.vault import Vault

# Ways to write a path that servers may read as another one. Secrets of a narrower pattern must not be lured there.
_AMBIGUOUS = re.compile(r"%2[ef]|%5c|\\|//|/\.{1,2}(?:[/;]|$)", re.IGNORECASE)
_EVERY_PATH = "/*"


def intercepts(vault: Vault | None, host: str, port: int) -> bool:
    """Whether TLS to a host has to be ended here, because some request there may get a credential."""
    return (
        vault is not None
        and port == DEFAULT_PORTS["https"]
        and any(
            "https" in binding.schemes and _rank(binding, host) is not None
            for binding in vault.bindings.values()
        )
    )


def find(vault: Vault, scheme: str, host: str, port: int, method: str, path: str) -> Binding | None:
    """The binding for a request to the usual port of its scheme; `path` is raw and without query."""
    if DEFAULT_PORTS[scheme] != port:
        return None
    fitting = [
        (rank, binding)
        for binding in vault.bindings.values()
        if scheme in binding.schemes and method in binding.methods and _path_fits(binding, path)
        if (rank := _rank(binding, host)) is not None
    ]
    return min(fitting, key=lambda item: item[0])[1] if fitting else None


def _rank(binding: Binding, host: str) -> int | None:
    """0 for the exact host, 1 for a wildcard above it, None for neither."""
    if host in binding.hosts:
        return 0
    wild = (pattern[1:] for pattern in binding.hosts if pattern.startswith("*."))
    return 1 if any(host.endswith(end) and host != end[1:] for end in wild) else None


def _path_fits(binding: Binding, path: str) -> bool:
    if _AMBIGUOUS.search(path):
        return _EVERY_PATH in binding.paths
    return any(
        path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern
        for pattern in binding.paths
    )
