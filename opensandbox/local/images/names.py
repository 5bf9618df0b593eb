"""Names of images: which registry, which repository, which tag or digest."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from opensandbox.local.images.digests import check_digest
from opensandbox.local.images.errors import ImageBroken, ImageError


class Registry(NamedTuple):
    """A registry by the name that people write, and the host that answers for it."""

    name: str
    host: str
    namespace: str = ""
    """What precedes a repository that has no namespace of its own."""


DEFAULT_REGISTRY = Registry("docker.io", "registry-1.docker.io", "library")
"""Where short names lead, such as `python:3.12`."""

_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_HOST = re.compile(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Name:
    """The whole name of an image. `digest` is that of a manifest, and goes before the tag."""

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def key(self) -> str:
        """The name in the one spelling that is kept."""
        end = f"@{self.digest}" if self.digest else f":{self.tag or 'latest'}"
        return f"{self.registry}/{self.repository}{end}"

    @property
    def reference(self) -> str:
        """What a registry is asked for."""
        return self.digest or self.tag or "latest"

    def __str__(self) -> str:
        """As people write it: shorter for the default registry."""
        short = f"{self.registry}/{self.repository}"
        if self.registry == DEFAULT_REGISTRY.name:
            short = self.repository.removeprefix(f"{DEFAULT_REGISTRY.namespace}/")
        tag = "" if self.digest and self.tag is None else f":{self.tag or 'latest'}"
        return f"{short}{tag}{f'@{self.digest}' if self.digest else ''}"

    def tagged(self, tag: str) -> Name:
        """The same repository with another tag."""
        return replace(self, tag=tag, digest=None)


def parse_name(text: str, registry: str = DEFAULT_REGISTRY.name) -> Name:
    """Read a name as people write it; short ones belong to `registry`. Raises ImageError for what is no name.

    >>> str(parse_name("docker.io/library/python:3.12"))
    'python:3.12'
    """
    rest, at, digest = text.partition("@")
    head, slash, tail = rest.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        host, rest = head, tail
    else:
        host = registry
    path, colon, tag = rest.rpartition(":")
    if not colon:
        path, tag = rest, ""
    if host in (DEFAULT_REGISTRY.name, DEFAULT_REGISTRY.host, f"index.{DEFAULT_REGISTRY.name}"):
        host = DEFAULT_REGISTRY.name
        path = path if "/" in path else f"{DEFAULT_REGISTRY.namespace}/{path}"
    good = _HOST.fullmatch(host) and _REPOSITORY.fullmatch(path) and (not colon or _TAG.fullmatch(tag))
    if not good:
        raise ImageError(
            f"{text!r} is no name of an image; the form is [REGISTRY/]REPOSITORY[:TAG][@DIGEST], such as 'python:3.12'"
        )
    try:
        return Name(host, path, tag or None, check_digest(digest) if at else None)
    except ImageBroken as error:
        raise ImageError(f"{text!r} is no name of an image: {error}") from None
