"""A directory on disk as the root: `image_root`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.images import PROGRAMS, make_image

if TYPE_CHECKING:
    from tests.local.runtime.boxes import BoxHost


@pytest.fixture(scope="module")
def image(host: BoxHost) -> Path:
    """A root of its own, belonging to whoever started the host."""
    root = make_image(host.place / "image")
    if host.as_user and os.geteuid() == 0:
        subprocess.run(["chown", "-R", "--reference", str(host.place), str(root)], check=True)
    return root


def test_an_image_replaces_the_programs_of_the_machine(host: BoxHost, image: Path) -> None:
    sandbox = host.launch(image_root=str(image))
    assert sandbox.run("cat /etc/motd; id -u") == "from the image\n0"
    assert set(sandbox.run("ls /usr/bin").split()) == {*PROGRAMS, "bash"}
    sandbox.run("rm /etc/motd; touch /usr/bin/new /workspace/new")
    assert (image / "etc/motd").read_text() == "from the image\n"
    assert not (image / "usr/bin/new").exists()
    assert not (image / "workspace").exists()


def test_a_snapshot_stacks_on_its_image(host: BoxHost, image: Path) -> None:
    sandbox, target = host.launch(image_root=str(image)), host.place / "image-snapshot"
    sandbox.run("rm /etc/motd; touch /workspace/new")
    host.call("snapshot", sandbox.id, str(target))
    assert (
        host.launch(image_root=str(image), layers=[str(target)])
        .run("ls /workspace; ls /etc/motd || true")
        .startswith("new")
    )
    host.call("remove_tree", str(target))
