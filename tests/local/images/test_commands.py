"""`pull`, `load`, `images`, `inspect`, `rmi` and `prune` of the shell command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.__main__ import main
from tests.support.layers import MadeImage, file, layer
from tests.support.registries import FaultyRegistry

if TYPE_CHECKING:
    from pathlib import Path

MADE = MadeImage([layer(file("a", b"x"))], {"Env": ["A=b"], "ExposedPorts": {"80/tcp": {}}})


def test_images_come_and_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state-dir", str(tmp_path / "state")]

    def said(*words: str, status: int = 0) -> str:
        assert main([*words, *state]) == status
        printed = capsys.readouterr()
        return printed.err if status else printed.out

    with FaultyRegistry(MADE).run() as registry:
        name = f"{registry.host}/app:1"
        assert said("pull", name).startswith(f"{name} sha256:")
        assert json.loads(said("pull", name, "--json"))["names"] == [name]
        assert "cannot be pulled" in said("pull", f"{registry.host}/app:2", status=1)
    archive = MADE.write_archive(tmp_path / "app.tar", "one:1", "two:2")
    assert "docker.io/library/one:1, docker.io/library/two:2" in said("load", str(archive))
    assert said("load", str(archive), "--name", "three").count("sha256") == 1
    assert [line.split()[0] for line in said("images").splitlines()] == ["NAME", "two:2"]
    (listed,) = json.loads(said("images", "--json"))
    assert (listed["env"], listed["ports"]) == ({"A": "b"}, ["80/tcp"])
    assert json.loads(said("inspect", "one:1"))["id"] == listed["id"]
    assert "no image four" in said("inspect", "four", status=1)
    assert "no name of an image" in said("inspect", "No Name", status=1)
    for gone in (name, "one:1", "two:2"):
        assert said("rmi", gone) == "removed: 0 images, 0 layers\n"
    assert json.loads(said("rmi", "three", "--json")) == {"images": 1, "layers": 1}
    assert said("prune") == "removed: 0 images, 0 layers\n"
    assert "nothing" in said("load", str(tmp_path / "nothing"), status=1)
