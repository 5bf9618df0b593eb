"""Control groups: freezing, killing and limiting a whole sandbox, where this machine lets us.

Limits work with version 1 and 2 hierarchies, freezing and killing with version 2 (also in hybrid set-ups). A machine
where the server may not create groups is ordinary (any non-root user without delegation): then `ControlGroup` has
no places, and every method says that it did nothing.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

_PERIOD_US = 100_000
_CONTROLLERS = {"memory", "cpu", "pids"}


@dataclass(frozen=True, slots=True)
class Hierarchies:
    """Directories below which the server may create groups; None where it may not."""

    unified: Path | None = None
    memory: Path | None = None
    cpu: Path | None = None
    pids: Path | None = None

    def places(self) -> set[Path]:
        """The distinct directories."""
        return {place for place in (self.unified, self.memory, self.cpu, self.pids) if place}


def open_hierarchies(name: str) -> Hierarchies:
    """Create the server's group `name` wherever it may, below the group that the server runs in."""
    unified: Path | None = None
    found: dict[str, Path] = {}
    for version, controllers, own in _own_groups():
        place = own / name
        try:
            place.mkdir(exist_ok=True)
        except OSError:
            continue
        if not os.access(place / "cgroup.procs", os.W_OK):
            continue
        if version == 2:
            unified = place
            enabled = _delegate(own, place)
            found |= dict.fromkeys(enabled & _CONTROLLERS, place)
        else:
            found |= dict.fromkeys(controllers, place)
    return Hierarchies(unified, **found)


def close_hierarchies(hierarchies: Hierarchies) -> None:
    """Remove the server's own groups; the sandboxes' must be gone."""
    for place in hierarchies.places():
        with contextlib.suppress(OSError):
            place.rmdir()


def _own_groups() -> list[tuple[int, set[str], Path]]:
    mine: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, names, path = line.split(":", 2)
            mine.update(dict.fromkeys(names.split(","), path))
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        root, point = before.split(" ")[3:5]
        controllers = set(options.split(",")) & _CONTROLLERS
        if kind == "cgroup2":
            path = mine.get("", "/")
        elif kind == "cgroup" and controllers:
            path = mine.get(next(iter(controllers)), "/")
        else:
            continue
        inner = path.removeprefix(root) if root != "/" else path
        found.append((2 if kind == "cgroup2" else 1, controllers, Path(point) / inner.lstrip("/")))
    return found


def _delegate(own: Path, place: Path) -> set[str]:
    """Turn on the version 2 controllers for groups below `place`; returns those that are on."""
    for group in (own, place):
        for controller in sorted(_CONTROLLERS):
            with contextlib.suppress(OSError):  # refused while `own` holds processes, unless it is the root
                (group / "cgroup.subtree_control").write_text(f"+{controller}")
    with contextlib.suppress(OSError):
        return set((place / "cgroup.subtree_control").read_text().split())
    return set()


@dataclass(slots=True)
class ControlGroup:
    """The groups of one sandbox, one per hierarchy."""

    hierarchies: Hierarchies
    name: str
    _made: list[Path] = field(default_factory=list)

    def create(self) -> tuple[Path, ...]:
        """Make the groups; returns the files into which the sandbox's first process must write itself."""
        for place in self.hierarchies.places():
            group = place / self.name
            with contextlib.suppress(OSError):
                group.mkdir(exist_ok=True)
                self._made.append(group)
        return tuple(group / "cgroup.procs" for group in self._made)

    def visible_at(self, top: str) -> dict[str, Path]:
        """The groups by the place inside at which programs look for them: `top` where there is one for everything."""
        found = {
            name: group
            for name in ("unified", "memory", "cpu")
            if (group := self._in(getattr(self.hierarchies, name)))
        }
        if len(found) == len(("unified", "memory", "cpu")) and len(set(found.values())) == 1:
            return {top: found["unified"]}
        return {f"{top}/{name}": group for name, group in found.items()}

    def limit_memory(self, limit: int) -> bool:
        """Hold all processes together to `limit` bytes; False when this machine cannot."""
        if (group := self._in(self.hierarchies.memory)) is None:
            return False
        if (group / "memory.max").exists():
            written = _write(group / "memory.max", limit)
            _write(group / "memory.swap.max", 0)
        else:
            written = _write(group / "memory.limit_in_bytes", limit)
            _write(group / "memory.memsw.limit_in_bytes", limit)
        return written

    def limit_cpu(self, cores: float) -> bool:
        """Hold all processes together to `cores` processors; False when this machine cannot."""
        if (group := self._in(self.hierarchies.cpu)) is None:
            return False
        quota = max(1000, round(cores * _PERIOD_US))
        if (group / "cpu.max").exists():
            return _write(group / "cpu.max", f"{quota} {_PERIOD_US}")
        return _write(group / "cpu.cfs_period_us", _PERIOD_US) and _write(group / "cpu.cfs_quota_us", quota)

    def unlimit_cpu(self) -> None:
        """Take the limit of processors away: ending thousands of processes takes time, which a limit would stretch."""
        if (group := self._in(self.hierarchies.cpu)) is not None:
            if (group / "cpu.max").exists():
                _write(group / "cpu.max", f"max {_PERIOD_US}")
            else:
                _write(group / "cpu.cfs_quota_us", -1)

    def limit_pids(self, limit: int) -> bool:
        """Hold the number of processes and threads to `limit`; False when this machine cannot."""
        group = self._in(self.hierarchies.pids)
        return group is not None and _write(group / "pids.max", limit)

    def freeze(self, frozen: bool) -> bool:
        """Ask the kernel to stop or continue every process; False when this machine cannot."""
        group = self._in(self.hierarchies.unified)
        return group is not None and _write(group / "cgroup.freeze", int(frozen))

    def is_frozen(self) -> bool:
        """Whether every process has stopped."""
        group = self._in(self.hierarchies.unified)
        return group is not None and "frozen 1" in (group / "cgroup.events").read_text()

    def kill(self) -> bool:
        """Kill every process, frozen or not; False when this machine cannot."""
        group = self._in(self.hierarchies.unified)
        return group is not None and _write(group / "cgroup.kill", 1)

    def remove(self) -> bool:
        """Remove the groups once their processes are gone; False while some are left."""
        for group in list(self._made):
            try:
                group.rmdir()
            except FileNotFoundError:
                pass
            except OSError:
                continue
            self._made.remove(group)
        return not self._made

    def _in(self, hierarchy: Path | None) -> Path | None:
        group = hierarchy / self.name if hierarchy else None
        return group if group in self._made else None


def leftover_groups(hierarchies: Hierarchies) -> set[str]:
    """Names of groups that an earlier server left."""
    return {child.name for place in hierarchies.places() for child in place.iterdir() if child.is_dir()}


def adopt(hierarchies: Hierarchies, name: str) -> ControlGroup:
    """The groups called `name` that already exist."""
    found = [place / name for place in hierarchies.places() if (place / name).is_dir()]
    return ControlGroup(hierarchies, name, found)


def _write(file: Path, value: object) -> bool:
    try:
        file.write_text(str(value))
    except OSError:
        return False
    return True
