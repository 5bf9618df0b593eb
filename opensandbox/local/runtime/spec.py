"""What the caller asks of a new sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

# Mounting here would hide or replace what isolation itself is made of.
_RESERVED = ("/proc", "/dev", "/sys", "/opt/opensandbox")
# Programs that start others without end keep the kernel's locks busy, all the more the more of them there are: 4,096 held a machine with two
# processors for minutes. A browser, a JVM or a build takes a few hundred.
DEFAULT_PIDS = min(4096, max(1024, 512 * (os.cpu_count() or 1)))
_WHOLE = ("/", "/usr", "/opt", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/run", "/var")


@dataclass(frozen=True, slots=True)
class Mount:
    """A host directory or file made visible inside.

    `descriptor` is the source, opened (`O_PATH`) and closed by the caller, where a sandbox could put something else in its
    place; `source` is then no more than its name. Raises ValueError for a relative path, or a target that would hide part of
    the sandbox itself.
    """

    source: Path
    target: str
    read_only: bool = False
    descriptor: int | None = None

    def __post_init__(self) -> None:
        target = PurePosixPath(self.target)
        if not self.source.is_absolute():
            raise ValueError(f"mount source {str(self.source)!r} is relative; give an absolute path")
        if not target.is_absolute() or ".." in target.parts:
            raise ValueError(f"mount target {self.target!r} must be an absolute path without '..'")
        inside_reserved = any(target.is_relative_to(place) for place in _RESERVED)
        if inside_reserved or str(target) in _WHOLE:
            raise ValueError(
                f"mount target {self.target!r} is reserved; choose a directory such as /mnt/data"
            )


@dataclass(frozen=True, slots=True)
class ImageStack:
    """An image that is made of layers, and how it wants its programs to be started. `trees` are its layers, lowest first."""

    trees: tuple[Path, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = None
    volumes: tuple[str, ...] = ()
    user: str = ""


@dataclass(frozen=True, slots=True)
class BoxSpec:
    """The shape of a sandbox.

    `pre_start` is a program to be run before the entrypoint, as `{"command": [...], "timeout": seconds}`.
    `egress` is called before any program of the user's runs, with a socket that listens on the loopback inside for
    connections to the outside, and owns it; without it there is no way out.
    `trust` holds certificates (PEM) of authorities that programs inside trust beyond the usual ones.
    `layers` are snapshot directories as written by `Box.snapshot`, lowest first. `cpu` is in cores,
    `memory` in bytes; None means unlimited. `pids` is how many processes and threads there may be. `image_root` replaces the machine's own programs as the
    copy-on-write root. `directory` is where programs start, by default `/workspace`; it and `directories` are made if need be.
    """

    entrypoint: tuple[str, ...] = ("tail", "-f", "/dev/null")
    env: Mapping[str, str] = field(default_factory=dict)
    image_root: Path | None = None
    layers: tuple[Path, ...] = ()
    mounts: tuple[Mount, ...] = ()
    egress: Callable[[socket.socket], None] | None = None
    trust: str = ""
    pre_start: Mapping[str, Any] | None = None
    cpu: float | None = None
    memory: int | None = None
    pids: int = DEFAULT_PIDS
    directory: str | None = None
    directories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.entrypoint:
            raise ValueError("entrypoint is empty; give at least the program to run")
        if self.cpu is not None and self.cpu <= 0:
            raise ValueError(f"cpu is {self.cpu!r}; give a number of cores above 0, or None")
        if self.memory is not None and self.memory <= 0:
            raise ValueError(f"memory is {self.memory!r}; give a number of bytes above 0, or None")

    @property
    def needs_own_root(self) -> bool:
        """Whether the file system differs from the default one, so that no spare can serve it."""
        return bool(self.image_root or self.layers or self.mounts)
