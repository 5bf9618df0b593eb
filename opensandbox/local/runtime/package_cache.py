"""Where installed packages are kept, and how servers that run at the same time share them.

<cache>/<key>/       a layer: `usr` lies over `/usr`
<cache>/<key>.new/   one that is being made, or was when its server was killed
<cache>/<key>.lock   shared while a server uses the layer, exclusive while one makes or removes it
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.runtime import whiteouts
from opensandbox.local.runtime.bubblewrap import find_bubblewrap
from opensandbox.local.runtime.errors import PackagesUnavailable
from opensandbox.local.runtime.state import unmountable
from opensandbox.local.runtime.storage import Owner, remove_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = ".lock"
_DAY = 86400


@dataclass
class Layer:
    """Installed packages, kept from removal until `close`."""

    path: Path
    _lock: int

    def close(self) -> None:
        """Let it be removed. Harmless when repeated."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


@dataclass(frozen=True)
class Place:
    """Where one layer is, or will be."""

    cache: Path
    key: str

    @property
    def layer(self) -> Path:
        """The layer, complete when it exists."""
        return self.cache / self.key

    @property
    def unfinished(self) -> Path:
        """The layer while it is made."""
        return self.cache / f"{self.key}.new"

    @property
    def _lock(self) -> Path:
        return self.cache / f"{self.key}{_LOCK}"

    def take(self) -> Layer | None:
        """Return the layer for use, unless it does not exist or another server makes or removes it now."""
        with self._locked(fcntl.LOCK_SH) as lock:
            if lock is None or not self.layer.is_dir():
                return None
            os.utime(lock)  # when it was last used
            return Layer(self.layer, os.dup(lock))

    @contextlib.contextmanager
    def claimed(self) -> Iterator[bool]:
        """Keep all others away for a block, which is told whether that succeeded."""
        with self._locked(fcntl.LOCK_EX) as lock:
            yield lock is not None

    async def remove(self, bwrap: Path) -> None:
        """Remove the layer and what was begun of it; it must be claimed."""
        await remove_tree(Owner(bwrap), self.layer)
        await remove_tree(Owner(bwrap), self.unfinished)
        self._lock.unlink()

    def unused_since(self) -> float:
        """When it was last taken, as a time of files."""
        return self._lock.stat().st_mtime

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[int | None]:
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            try:
                fcntl.flock(lock, how | fcntl.LOCK_NB)
                # Another server may have removed the file between the two steps; then it locks nothing.
                current = os.path.samestat(os.fstat(lock), os.stat(self._lock))
            except (BlockingIOError, FileNotFoundError):
                current = False
            yield lock if current else None
        finally:
            os.close(lock)


def cache_places(state_dir: Path) -> tuple[Path, Path]:
    """Return where layers are kept: with the user's other caches, or, where that cannot hold any, in the state directory."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "opensandbox" / "packages", state_dir / "packages"


def usable_cache(state_dir: Path) -> Path:
    """Return the first place that can hold layers, made if need be. Raises PackagesUnavailable where none can."""
    problems = []
    for cache in cache_places(state_dir):
        try:
            cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            owner = cache.stat().st_uid
        except OSError as error:
            problems.append(str(error))
            continue
        if owner != os.geteuid():
            problems.append(f"{cache} belongs to another user")
        elif bad := unmountable(cache):
            problems.append(f"{cache} contains {bad!r}")
        elif not whiteouts.can_hide(cache):
            problems.append(f"{cache} is on an overlay itself")
        else:
            return cache
    raise PackagesUnavailable(
        f"packages cannot be kept anywhere: {'; '.join(problems)}. Set XDG_CACHE_HOME to a directory of your own on ext4, xfs, btrfs or tmpfs"
    )


async def remove_packages(state_dir: Path) -> str:
    """Remove every layer that no server uses; returns what is said of that."""
    bwrap = find_bubblewrap()
    removed = kept = 0
    for cache in cache_places(state_dir):
        places = len(list(cache.glob(f"*{_LOCK}")))
        count = await remove_unused(cache, bwrap)
        removed, kept = removed + count, kept + places - count
    return f"sets of packages removed: {removed}, still in use: {kept}"


async def remove_unused(cache: Path, bwrap: Path, *, days: float = 0) -> int:
    """Remove layers that no server uses, and none has used for so many days; returns how many."""
    removed = 0
    for lock in sorted(cache.glob(f"*{_LOCK}")):
        place = Place(cache, lock.name.removesuffix(_LOCK))
        with place.claimed() as claimed:
            if claimed and time.time() - place.unused_since() >= days * _DAY:
                await place.remove(bwrap)
                removed += 1
    return removed
