"""Control groups: the files written in version 1 and 2 hierarchies, and what happens where there are none.

The kernel's own hierarchies are used by the lifecycle tests; these directories stand for the version that this machine
does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opensandbox.local.runtime.cgroups import ControlGroup, Hierarchies

if TYPE_CHECKING:
    from pathlib import Path


def group(tmp_path: Path, *files: str) -> ControlGroup:
    """A group whose directory the "kernel" has filled with `files`."""
    made = ControlGroup(Hierarchies(unified=tmp_path, memory=tmp_path, cpu=tmp_path, pids=tmp_path), "box")
    assert made.create() == (tmp_path / "box/cgroup.procs",)
    for name in files:
        (tmp_path / "box" / name).touch()
    return made


@pytest.mark.parametrize(
    ("files", "written"),
    [
        (
            ("memory.max", "memory.swap.max", "cpu.max", "pids.max"),
            {"pids.max": "99", "memory.max": "4096", "memory.swap.max": "0", "cpu.max": "150000 100000"},
        ),
        (
            (
                "memory.limit_in_bytes",
                "memory.memsw.limit_in_bytes",
                "cpu.cfs_period_us",
                "cpu.cfs_quota_us",
                "pids.max",
            ),
            {
                "pids.max": "99",
                "memory.limit_in_bytes": "4096",
                "memory.memsw.limit_in_bytes": "4096",
                "cpu.cfs_period_us": "100000",
                "cpu.cfs_quota_us": "150000",
            },
        ),
    ],
    ids=["version 2", "version 1"],
)
def test_limits_are_written_in_the_hierarchys_own_terms(
    tmp_path: Path, files: tuple[str, ...], written: dict[str, str]
) -> None:
    made = group(tmp_path, *files)
    assert made.limit_memory(4096)
    assert made.limit_cpu(1.5)
    assert made.limit_pids(99)
    assert {name: (tmp_path / "box" / name).read_text() for name in files} == written
    made.unlimit_cpu()
    unlimited = {"max 100000", "-1"}
    assert {(tmp_path / "box" / name).read_text() for name in files if name.startswith("cpu")} & unlimited


def test_a_group_says_when_it_is_frozen(tmp_path: Path) -> None:
    made = group(tmp_path, "cgroup.freeze", "cgroup.events")
    assert made.freeze(True)
    assert (tmp_path / "box/cgroup.freeze").read_text() == "1"
    assert not made.is_frozen()
    (tmp_path / "box/cgroup.events").write_text("populated 1\nfrozen 1\n")
    assert made.is_frozen()


def test_without_hierarchies_nothing_is_claimed() -> None:
    made = ControlGroup(Hierarchies(), "box")
    assert made.create() == ()
    assert not made.limit_memory(4096)
    assert not made.limit_cpu(1)
    assert not made.limit_pids(99)
    assert not made.freeze(True)
    assert not made.is_frozen()
    assert not made.kill()
    assert made.remove()


def test_groups_are_seen_inside_where_programs_look_for_them(tmp_path: Path) -> None:
    assert group(tmp_path).visible_at("/top") == {"/top": tmp_path / "box"}
    places = {name: tmp_path / name for name in ("unified", "memory")}
    for place in places.values():
        place.mkdir()
    made = ControlGroup(Hierarchies(**places), "box")
    assert made.visible_at("/top") == {}
    made.create()
    assert made.visible_at("/top") == {f"/top/{name}": place / "box" for name, place in places.items()}
