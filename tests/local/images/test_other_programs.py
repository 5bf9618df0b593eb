"""Archives that other programs write, and an image of Debian with a Python of its own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.images.choice import load
from opensandbox.local.images.names import DEFAULT_REGISTRY
from opensandbox.local.images.store import ImageStore
from tests.support.layers import MadeImage, file, layer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.long]


async def test_what_skopeo_and_umoci_write_is_loaded(tmp_path: Path) -> None:
    made = MadeImage([layer(file("a", b"x")), layer(file("b", b"y"))])
    layout = made.write_layout(tmp_path / "layout", "one")
    policy = ["--insecure-policy"]
    for target in ("docker-archive:docker.tar:app:1", "oci-archive:oci.tar:app:2"):
        subprocess.run(
            ["skopeo", *policy, "copy", "--quiet", f"oci:{layout}:one", target], cwd=tmp_path, check=True
        )
    subprocess.run(["umoci", "tag", "--image", "layout:one", "two"], cwd=tmp_path, check=True)
    subprocess.run(["umoci", "new", "--image", "layout:empty"], cwd=tmp_path, check=True)
    store = ImageStore(tmp_path / "state/images")
    roots = set()
    for name, count in (("docker.tar", 1), ("oci.tar", 1), ("layout", 3)):
        images = await load(store, tmp_path / name, DEFAULT_REGISTRY.name)
        assert len(images) == count
        roots |= {image.root for image in images if image.trees}
    assert set(store.names()) == {
        f"{DEFAULT_REGISTRY.name}/library/{name}"
        for name in ("app:1", "app:2", "layout:one", "layout:two", "layout:empty")
    }
    trees = [image.trees for image in store.images() if image.trees]
    assert all(tree == trees[0] for tree in trees)
    assert roots
