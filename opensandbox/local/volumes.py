"""Volumes of a creation request, resolved to mounts of host directories."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from opensandbox.local.errors import ApiError, invalid
from opensandbox.local.runtime import Mount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.local.api.bodies import Volume


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mounts of one sandbox, and the named volumes that go away with it."""

    mounts: tuple[Mount, ...] = ()
    temporary: tuple[Path, ...] = ()

    def remove_temporary(self) -> None:
        """Delete the named volumes that were made for this sandbox only."""
        for directory in self.temporary:
            shutil.rmtree(directory, ignore_errors=True)


class Volumes:
    """Named volumes in a directory of the server, and host directories below an allow-list."""

    def __init__(self, directory: Path, allowed: Sequence[Path]) -> None:
        self._directory = directory
        self._allowed = [path.resolve() for path in allowed]

    def resolve(self, volumes: Sequence[Volume]) -> Mounts:
        """The mounts that `volumes` ask for; 400 with a `VOLUME::…` code for what cannot be."""
        mounts: list[Mount] = []
        temporary: list[Path] = []
        _check_shapes(volumes)
        for volume in volumes:
            if volume.host is not None:
                source = self._host_directory(volume.host.path)
            elif volume.pvc is not None:
                source, made = self._named(volume.pvc.claim_name, create=volume.pvc.create_if_not_exists)
                if made and volume.pvc.delete_on_sandbox_termination:
                    temporary.append(source)
            else:
                raise invalid(
                    f"volume {volume.name!r}: object stores are not mounted here; use a host or pvc volume",
                    "VOLUME::UNSUPPORTED_BACKEND",
                )
            source = _below(source, volume, create=volume.pvc is not None)
            try:
                mounts.append(Mount(source=source, target=volume.mount_path, read_only=volume.read_only))
            except ValueError as error:
                raise invalid(f"volume {volume.name!r}: {error}", "VOLUME::INVALID_MOUNT_PATH") from error
        return Mounts(tuple(mounts), tuple(temporary))

    def _host_directory(self, text: str) -> Path:
        # Resolved first: neither `..` nor a symbolic link leads around the allow-list.
        path = Path(os.path.realpath(text))
        if not any(path.is_relative_to(allowed) for allowed in self._allowed):
            raise invalid(
                f"host path {text!r} is not below an allowed directory; start the server with --mount {text}",
                "VOLUME::HOST_PATH_NOT_ALLOWED",
            )
        if not path.is_dir():
            raise invalid(f"host path {text!r} is not a directory", "VOLUME::HOST_PATH_NOT_FOUND")
        return path

    def _named(self, name: str, *, create: bool) -> tuple[Path, bool]:
        path = self._directory / name
        if path.is_dir():
            return path, False
        if not create:
            raise ApiError(
                404, "VOLUME::PVC_NOT_FOUND", f"volume {name!r} does not exist and may not be created"
            )
        path.mkdir(parents=True, mode=0o777)
        return path, True


def _check_shapes(volumes: Sequence[Volume]) -> None:
    names = [volume.name for volume in volumes]
    for volume in volumes:
        if names.count(volume.name) > 1:
            raise invalid(f"volume name {volume.name!r} occurs twice", "VOLUME::DUPLICATE_NAME")
        backends = [volume.host, volume.pvc, volume.ossfs]
        if sum(backend is not None for backend in backends) != 1:
            raise invalid(
                f"volume {volume.name!r} needs exactly one of host, pvc, ossfs", "VOLUME::INVALID_BACKEND"
            )
        sub = PurePosixPath(volume.sub_path or "")
        if sub.is_absolute() or ".." in sub.parts:
            raise invalid(
                f"volume {volume.name!r}: subPath {volume.sub_path!r} must be relative and without '..'",
                "VOLUME::INVALID_SUB_PATH",
            )


def _below(source: Path, volume: Volume, *, create: bool) -> Path:
    if not volume.sub_path:
        return source
    # Resolved before anything is made: a sandbox may have put a symbolic link into the volume.
    resolved = (source / volume.sub_path).resolve()
    if not resolved.is_relative_to(source.resolve()):
        raise invalid(
            f"volume {volume.name!r}: subPath {volume.sub_path!r} leads out of the volume",
            "VOLUME::INVALID_SUB_PATH",
        )
    if create:
        resolved.mkdir(parents=True, exist_ok=True)
    if not resolved.is_dir():
        raise invalid(
            f"volume {volume.name!r}: subPath {volume.sub_path!r} is not a directory of it",
            "VOLUME::HOST_PATH_NOT_FOUND",
        )
    return resolved
