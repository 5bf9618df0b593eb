"""Snapshots: what they keep, and what stacks on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import BoxServerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local.runtime.boxes import BoxHost


@pytest.fixture
def target(host: BoxHost, request: pytest.FixtureRequest) -> Iterator[Path]:
    path = host.place / f"snapshot-{request.node.nodeid.__hash__()}"
    yield path
    host.call("remove_tree", str(path))
    assert not path.exists()


def test_a_snapshot_keeps_files_modes_links_and_removals(host: BoxHost, target: Path) -> None:
    first = host.launch()
    first.run(
        "echo kept > /workspace/kept; chmod 640 /workspace/kept; ln -s kept /workspace/link; mkdir /data; echo d > /data/d"
    )
    first.run(
        "rm /etc/profile; mkdir -m 0 /tmp/closed; echo x > /tmp/secret; chmod 0 /tmp/secret; echo o > /opt/o"
    )
    host.call("snapshot", first.id, str(target))
    first.do("kill")
    second = host.launch(layers=[str(target)])
    assert (
        second.run("cat /workspace/kept /workspace/link /data/d /opt/o; stat -c %a /workspace/kept")
        == "kept\nkept\nd\no\n640"
    )
    assert second.run("test ! -e /etc/profile && stat -c %a /tmp/closed /tmp/secret") == "0\n0"
    assert second.run("hostname; cat /etc/hostname") == f"{second.name}\n{second.name}"


def test_a_snapshot_keeps_trees_that_are_deeper_than_a_path_is_long(host: BoxHost, target: Path) -> None:
    first = host.launch()
    program = "import os; [(os.mkdir('n' * 200), os.chdir('n' * 200)) for _ in range(40)]; open('file', 'w').write('deep')"
    first.run(f'cd /workspace; python3 -c "{program}"; rm /etc/profile')
    host.call("snapshot", first.id, str(target))
    second = host.launch(layers=[str(target)])
    assert second.run("find /workspace -name file -execdir cat {} +; test ! -e /etc/profile") == "deep"


def test_restoring_changes_neither_the_snapshot_nor_siblings(host: BoxHost, target: Path) -> None:
    first = host.launch()
    first.run("echo one > /workspace/file; mkdir /workspace/dir; echo two > /workspace/dir/file")
    host.call("snapshot", first.id, str(target))
    left, right = (host.launch(layers=[str(target)]) for _ in range(2))
    left.run("echo changed > /workspace/file; rm -r /workspace/dir; mkdir /workspace/dir")
    assert right.run("cat /workspace/file /workspace/dir/file") == "one\ntwo"
    assert first.run("cat /workspace/file") == "one"


def test_a_snapshot_of_a_restored_sandbox_stands_alone(host: BoxHost, target: Path) -> None:
    older = host.place / "older"
    first = host.launch()
    first.run("echo one > /workspace/one; mkdir /workspace/dir; echo gone > /workspace/dir/gone")
    host.call("snapshot", first.id, str(older))
    second = host.launch(layers=[str(older)])
    second.run("echo two > /workspace/two; rm -r /workspace/dir; mkdir /workspace/dir")  # an opaque directory
    host.call("snapshot", second.id, str(target))
    second.do("kill")
    host.call("remove_tree", str(older))
    third = host.launch(layers=[str(target)])
    assert third.run("cat /workspace/one /workspace/two; ls -A /workspace/dir") == "one\ntwo"


def test_a_sandbox_runs_on_after_its_snapshot(host: BoxHost, target: Path) -> None:
    sandbox = host.launch()
    host.call("snapshot", sandbox.id, str(target))
    assert sandbox.run("echo on") == "on"


def test_a_paused_sandbox_can_be_kept_and_stays_paused(host: BoxHost, target: Path) -> None:
    sandbox = host.launch()
    sandbox.do("pause")
    host.call("snapshot", sandbox.id, str(target))
    with pytest.raises(BoxServerError, match="is it paused"):
        host.call("box", sandbox.id, "dial", 80, timeout=0.5)
    sandbox.do("resume")
    assert sandbox.run("echo on") == "on"


def test_an_existing_target_is_refused_and_kept(host: BoxHost) -> None:
    sandbox = host.launch()
    with pytest.raises(BoxServerError, match="FileExistsError"):
        host.call("snapshot", sandbox.id, str(host.state_dir))
    assert host.state_dir.exists()
