"""Digests: names of content, and readers that compute them on the way."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Protocol

from opensandbox.local.images.errors import ImageBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

_LENGTHS: Mapping[str, int] = {"sha256": 64, "sha512": 128}
_FORM = re.compile(r"([a-z0-9]+):([0-9a-f]+)")


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        ...


def check_digest(text: object) -> str:
    """Return a digest that is one. Raises ImageBroken: it becomes part of paths, so it may not be just any text."""
    if isinstance(text, str) and (match := _FORM.fullmatch(text)) and _LENGTHS.get(match[1]) == len(match[2]):
        return text
    raise ImageBroken(
        f"{text!r} is no digest that is known here; sha256:<64 hex digits> or sha512:<128 hex digits> is"
    )


def digest_of(content: bytes) -> str:
    """Return the SHA-256 digest of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def file_name(digest: str) -> str:
    """Return what a directory is called by a digest: short, because the kernel takes only so many bytes of paths for one overlay."""
    return check_digest(digest).partition(":")[2][:32]


class Hashing:
    """Passes on what is read from a source, and computes its digest."""

    def __init__(self, source: Readable, algorithm: str = "sha256") -> None:
        self._source = source
        self._hash = hashlib.new(algorithm)
        self.size = 0

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        data = self._source.read(size)
        self._hash.update(data)
        self.size += len(data)
        return data

    @property
    def digest(self) -> str:
        """The digest of what has been read so far."""
        return f"{self._hash.name}:{self._hash.hexdigest()}"


def verified(content: bytes, digest: str, what: str) -> bytes:
    """Return content that has the digest. Raises ImageBroken for any other."""
    algorithm = check_digest(digest).partition(":")[0]
    found = f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
    if found != digest:
        raise ImageBroken(f"{what} has the digest {found}, not {digest} as it should")
    return content
