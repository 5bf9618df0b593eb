"""What an image says of itself: its configuration, and which platform it is for."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opensandbox.local.images.digests import check_digest
from opensandbox.local.images.errors import ImageBroken, ImageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
MOST_JSON = 4 << 20
"""Bytes that a manifest or a configuration may have."""


@dataclass(frozen=True)
class ImageConfig:
    """How programs of an image are started."""

    env: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = None
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    """Digests of the unpacked layers, lowest first."""


def parse_json(content: bytes, what: str) -> dict[str, Any]:
    """Read an object. Raises ImageBroken for anything else."""
    try:
        members = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ImageBroken(f"{what} is no JSON: {error}") from error
    if not isinstance(members, dict):
        raise ImageBroken(f"{what} is no JSON object")
    return members


def parse_config(content: bytes) -> ImageConfig:
    """Read the configuration of an image. Raises ImageBroken for what is none."""
    members = parse_json(content, "the configuration of the image")
    try:
        own = members.get("config") or {}
        layers = (members.get("rootfs") or {}).get("diff_ids") or []
        return ImageConfig(
            env=dict(_variable(text) for text in own.get("Env") or ()),
            directory=_absolute(own.get("WorkingDir") or ""),
            user=str(own.get("User") or ""),
            entrypoint=_words(own.get("Entrypoint")),
            command=_words(own.get("Cmd")),
            volumes=tuple(_path(path, "Volumes") for path in own.get("Volumes") or ()),
            ports=tuple(own.get("ExposedPorts") or ()),
            layers=tuple(map(check_digest, layers)),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise ImageBroken(f"the configuration of the image is not what it should be: {error}") from error


def this_platform() -> str:
    """What images have to be for, as `linux/amd64`."""
    machine = platform.machine()
    return f"linux/{_ARCHITECTURES.get(machine, machine)}"


def check_platform(config: bytes) -> None:
    """Refuse an image for other machines. Raises ImageError."""
    members = parse_json(config, "the configuration of the image")
    made_for = f"{members.get('os') or 'linux'}/{members.get('architecture') or this_platform()[6:]}"
    if made_for != this_platform():
        raise ImageError(f"the image is for {made_for}; this machine is {this_platform()}")


def choose_manifest(manifests: Sequence[Any], what: str) -> dict[str, Any]:
    """The one of a list that is for this machine. Raises ImageError where there is none."""
    offered = []
    for manifest in manifests:
        if not isinstance(manifest, dict):
            raise ImageBroken(f"the list of manifests of {what} holds {manifest!r}")
        made_for = manifest.get("platform") or {}
        name = f"{made_for.get('os')}/{made_for.get('architecture')}"
        if name == this_platform() or (len(manifests) == 1 and not made_for):
            return manifest
        offered.append(name)
    raise ImageError(
        f"{what} is not there for {this_platform()}, only for {', '.join(offered) or 'no platform at all'}"
    )


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or "\0" in text:
        raise ValueError(f"Env has {text!r}, which is no variable")
    return name, value


def _path(text: str, where: str) -> str:
    if b"\0" in text.encode():
        raise ValueError(f"{where} has a NUL")
    return text


def _absolute(directory: str) -> str | None:
    if not directory:
        return None
    _path(directory, "WorkingDir")
    return directory if directory.startswith("/") else f"/{directory}"


def _words(argv: Any) -> tuple[str, ...]:
    if argv is None:
        return ()
    if isinstance(argv, str):
        return ("/bin/sh", "-c", argv)
    return tuple(str(word) for word in argv)
