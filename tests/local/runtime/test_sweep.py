"""A server that was killed, or that another one finds running."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import STARTERS, BoxHost, place_for
from tests.local.runtime.processes import control_groups, living_in, started_for, until
from tests.support.long import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=STARTERS)
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Path, bool]]:
    with place_for(request.param) as directory:
        yield directory, request.param == "user"


def test_nothing_is_left_of_a_killed_server_after_the_next_start(place: tuple[Path, bool]) -> None:
    directory, as_user = place
    first = BoxHost(directory, as_user=as_user, spares=1)
    try:
        frozen, busy = (
            first.launch(),
            first.launch(entrypoint=["sh", "-c", "trap '' TERM HUP; sleep 1000 & sleep 1000"]),
        )
        frozen.run("mkdir -m 0 /tmp/closed")
        frozen.do("pause")
        until(lambda: first.call("spares"))
    finally:
        first.kill_hard()
    assert frozen.directory.exists()
    second = BoxHost(directory, as_user=as_user)
    try:
        assert not {frozen.pid, busy.pid}.intersection(living_in(first.state_dir))
        assert living_in(first.state_dir) == []
        assert not frozen.directory.exists()
        assert not busy.directory.exists()
        assert second.launch().run("echo works") == "works"
    finally:
        second.stop()
    assert control_groups(first.state_dir) == []
    assert f"{directory}/" not in Path("/proc/self/mountinfo").read_text()


def test_sandboxes_die_with_their_server(place: tuple[Path, bool]) -> None:
    directory, as_user = place
    host = BoxHost(directory, as_user=as_user)
    try:
        sandbox = host.launch(entrypoint=["sh", "-c", "trap '' TERM HUP; sleep 1000 & sleep 1000"])
        assert sandbox.pid in living_in(host.state_dir)
        assert as_user or control_groups(host.state_dir)
    finally:
        host.kill_hard()
    until(lambda: living_in(host.state_dir) == [])
    BoxHost(directory, as_user=as_user).stop()


def test_a_second_server_in_the_same_place_is_told_whose_it_is(place: tuple[Path, bool]) -> None:
    directory, as_user = place
    first = BoxHost(directory, as_user=as_user)
    try:
        owner = (first.state_dir / "lock").read_text()
        with pytest.raises(AssertionError, match=f"StateDirBusy: .* in use by the server with pid {owner}"):
            BoxHost(directory, as_user=as_user)
        assert first.launch().run("echo unharmed") == "unharmed"
    finally:
        first.stop()


def test_the_state_directory_is_private(place: tuple[Path, bool]) -> None:
    directory, as_user = place
    host = BoxHost(directory, as_user=as_user)
    try:
        assert host.state_dir.stat().st_mode & 0o777 == 0o700
    finally:
        host.stop()


@pytest.mark.parametrize("progress", some_of(range(4), every=4))
def test_a_server_killed_while_it_starts_sandboxes_leaves_no_orphan(
    place: tuple[Path, bool], progress: int
) -> None:
    directory, as_user = place
    host = BoxHost(directory, as_user=as_user, spares=4)
    try:
        until(lambda: len(list((host.state_dir / "sandboxes").iterdir())) > progress)
        until(lambda: started_for(host.state_dir))
    finally:
        host.kill_hard()
    BoxHost(directory, as_user=as_user).stop()
    assert started_for(host.state_dir) == []
