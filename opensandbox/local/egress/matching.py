"""Which binding a request gets, if any."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from opensandbox.local.egress.binding import DEFAULT_PORTS

if TYPE_CHECKING:
    from opensandbox.local.egress.binding import Binding
    from opensandbox.local.egress.vault import Vault

_ODD_SPELLING = re.compile(r"%(?![0-9a-f]{2})|%2[ef]|%5c|[\\#]|//", re.IGNORECASE)
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
    if not _has_one_meaning(path):
        return _EVERY_PATH in binding.paths
    return any(
        path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern
        for pattern in binding.paths
    )


def _has_one_meaning(path: str) -> bool:
    """Whether every server reads a path as the same one. Secrets of a narrower pattern must not be lured to another.

    Whatever is left to read behind one round of decoding, as a server does that decodes twice, and whatever decoders read
    differently, makes a path ambiguous: escapes that are none, slashes and dots in escapes, control characters, bytes that
    are no UTF-8, and characters that become others when they are normalized.
    """
    if _ODD_SPELLING.search(path):
        return False
    try:
        plain = unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    if (
        "%" in plain
        or not plain.isprintable()
        or unicodedata.normalize("NFKC", plain).count("/") != plain.count("/")
    ):
        return False
    return not any(_is_dots(segment) for segment in unicodedata.normalize("NFKC", plain).split("/"))


def _is_dots(segment: str) -> bool:
    """Whether a server may take a part of a path for the directory itself or the one above."""
    # Some cut off parameters, some what is blank.
    return segment.partition(";")[0].strip() in (".", "..")
