"""Volumes of a creation request, resolved to mounts of host directories.

A sandbox may change what lies in a volume while another one is created with it. So each source is opened once, and it is
the open directory that is mounted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from opensandbox.local.errors import ApiError, invalid
from opensandbox.local.runtime import Mount
from opensandbox.local.runtime.beneath import open_beneath, open_directory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.local.api.bodies import Volume


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mounts of one sandbox, whose sources are open until `close`, and the named volumes that go away with it."""

    mounts: tuple[Mount, ...] = ()
    temporary: tuple[Path, ...] = ()

    def close(self) -> None:
        """Let go of the sources, once they are mounted or will not be."""
        for mount in self.mounts:
            if mount.descriptor is not None:
                os.close(mount.descriptor)

    def remove_temporary(self) -> None:
        """Delete the named volumes that were made for this sandbox only."""
        for directory in self.temporary:
            shutil.rmtree(directory, ignore_errors=True)


class Volumes:
    """Named volumes in a directory of the server, and host directories below an allow-list.

    `private` is what no sandbox may see, though it lie below an allowed directory: the server's own state.
    """

    def __init__(self, directory: Path, allowed: Sequence[Path], *, private: Path) -> None:
        self._directory = directory.resolve()
        self._allowed = [path.resolve() for path in allowed]
        self._private = private.resolve()

    def resolve(self, volumes: Sequence[Volume]) -> Mounts:
        """The mounts that `volumes` ask for, with open sources; 400 with a `VOLUME::…` code for what cannot be."""
        _check_shapes(volumes)
        with contextlib.ExitStack() as undo:
            mounts: list[Mount] = []
            temporary: list[Path] = []
            for volume in volumes:
                path, descriptor, passing = self._source(volume)
                undo.callback(os.close, descriptor)
                if passing:
                    temporary.append(path)
                try:
                    mounts.append(
                        Mount(path / (volume.sub_path or ""), volume.mount_path, volume.read_only, descriptor)
                    )
                except ValueError as error:
                    raise invalid(f"volume {volume.name!r}: {error}", "VOLUME::INVALID_MOUNT_PATH") from error
            undo.pop_all()
        return Mounts(tuple(mounts), tuple(temporary))

    def _source(self, volume: Volume) -> tuple[Path, int, bool]:
        """The directory of a volume, what is to be mounted of it, opened, and whether it goes away with the sandbox."""
        passing = False
        if volume.host is not None:
            path, top = self._host_directory(volume.host.path)
        elif volume.pvc is not None:
            path, made = self._named(volume.pvc.claim_name, create=volume.pvc.create_if_not_exists)
            passing = made and volume.pvc.delete_on_sandbox_termination
            top = open_directory(path)
        else:
            raise invalid(
                f"volume {volume.name!r}: object stores are not mounted here; use a host or pvc volume",
                "VOLUME::UNSUPPORTED_BACKEND",
            )
        try:
            return path, _below(top, volume, create=volume.pvc is not None), passing
        finally:
            os.close(top)

    def _host_directory(self, text: str) -> tuple[Path, int]:
        # The path is resolved for its user, who may name it by a link; where it leads is then opened without any.
        missing = invalid(f"host path {text!r} is not a directory", "VOLUME::HOST_PATH_NOT_FOUND")
        try:
            path = Path(os.path.realpath(text))
        except OSError as error:  # what was a link a moment ago is none any more
            raise missing from error
        allowed = next((allowed for allowed in self._allowed if path.is_relative_to(allowed)), None)
        if allowed is None:
            raise invalid(
                f"host path {text!r} is not below an allowed directory; start the server with --mount {text}",
                "VOLUME::HOST_PATH_NOT_ALLOWED",
            )
        if path.is_relative_to(self._private) or self._private.is_relative_to(path):
            raise invalid(
                f"host path {text!r} would show the server's own state in {self._private}; "
                "start the server with a --state-dir elsewhere",
                "VOLUME::HOST_PATH_NOT_ALLOWED",
            )
        try:
            return path, open_directory(path)
        except OSError as error:
            raise missing from error

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


def _below(top: int, volume: Volume, *, create: bool) -> int:
    what = f"volume {volume.name!r}: subPath {volume.sub_path!r}"
    try:
        return open_beneath(top, PurePosixPath(volume.sub_path or "").parts, create=create)
    except FileNotFoundError as error:
        raise invalid(f"{what} is not a directory of it", "VOLUME::HOST_PATH_NOT_FOUND") from error
    except (OSError, ValueError) as error:
        raise invalid(
            f"{what} leads over a symbolic link or a file; name directories of the volume alone",
            "VOLUME::INVALID_SUB_PATH",
        ) from error
