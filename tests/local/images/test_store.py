"""What is kept of images: once per layer, whole or not at all, and for as long as something stands on it."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.images.archives import Archive
from opensandbox.local.images.compression import zstd
from opensandbox.local.images.config import parse_config
from opensandbox.local.images.errors import ImageBroken, ImageError, ImageInUse
from opensandbox.local.images.names import DEFAULT_REGISTRY, parse_name
from opensandbox.local.images.store import Image, ImageStore
from tests.support.layers import MadeImage, digest, directory, file, hard_link, layer

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.anyio

BASE = layer(file("base", b"x"))


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "state/images")


async def loaded(store: ImageStore, made: MadeImage, place: Path, name: str = "app:1") -> Image:
    with Archive(made.write_layout(place, name), DEFAULT_REGISTRY.name) as (found,):
        return await store.add(found.config, found.layers, names=found.names, manifest=found.manifest)


def layers_on_disk(store: ImageStore) -> set[str]:
    return {path.name for path in (store.directory / "layers").iterdir()}


async def test_layers_are_kept_once(store: ImageStore, tmp_path: Path) -> None:
    config = {
        "Env": ["A=b=c", "PATH=/app"],
        "WorkingDir": "app",
        "User": "1000:10",
        "Entrypoint": ["/run"],
        "Cmd": "serve",
    }
    one = await loaded(store, MadeImage([BASE, layer(file("one"))], config), tmp_path / "one", "one:1")
    packed_otherwise = MadeImage([BASE, layer(file("two"))], pack=zstd.compress)
    two = await loaded(store, packed_otherwise, tmp_path / "two", "two:1")
    assert one.trees[0] == two.trees[0]
    assert len(layers_on_disk(store)) == 3
    assert one.config.env == {"A": "b=c", "PATH": "/app"}
    assert (one.config.directory, one.config.user) == ("/app", "1000:10")
    assert (one.config.entrypoint, one.config.command) == (("/run",), ("/bin/sh", "-c", "serve"))
    assert store.find(parse_name("one:1")) == one
    assert one.manifest is not None
    assert store.find(parse_name(f"other@{one.manifest}")) == one
    assert store.find(parse_name("one")) is None
    assert store.read(tmp_path) is None


async def test_a_layer_that_takes_from_those_below_is_kept_for_them_alone(
    store: ImageStore, tmp_path: Path
) -> None:
    linking = layer(hard_link("link", "base"))
    one = await loaded(store, MadeImage([BASE, linking]), tmp_path / "one", "one:1")
    again = await loaded(store, MadeImage([BASE, linking], {"User": "1"}), tmp_path / "again", "again:1")
    two = await loaded(store, MadeImage([layer(file("base", b"y")), linking]), tmp_path / "two", "two:1")
    assert one.trees == again.trees
    assert [(image.trees[1] / "link").read_text() for image in (one, two)] == ["x", "y"]


async def test_more_layers_than_the_kernel_takes_are_merged(store: ImageStore, tmp_path: Path) -> None:
    layers = [layer(file(f"file{number}", b"x")) for number in range(120)]
    image = await loaded(store, MadeImage(layers), tmp_path / "many")
    assert len(image.trees) < 40
    assert sum(len(list(tree.iterdir())) for tree in image.trees) == 120
    again = await loaded(store, MadeImage(layers, {"User": "1"}), tmp_path / "again", "again")
    assert again.trees == image.trees


def lying(place: Path, made: MadeImage, what: str) -> None:
    """Let the manifest of a layout say something else."""
    manifest = json.loads(made.manifest)
    if what == "size":
        manifest["layers"][0]["size"] += 1
    elif what == "no layer":
        manifest["layers"] = []
    elif what == "no digest":
        manifest["layers"][0]["digest"] = "../../../../etc/passwd"
    elif what == "missing":
        manifest["layers"][0]["digest"] = digest(b"nothing")
    elif what == "config":
        manifest["config"]["digest"] = manifest["layers"][0]["digest"]
    content = json.dumps(manifest).encode()
    (place / "blobs" / digest(content).replace(":", "/")).write_bytes(content)
    index = {"manifests": [{"digest": digest(content), "size": len(content)}]}
    (place / "index.json").write_text(json.dumps(index))


LIES = {
    "size": "bytes, not",
    "no layer": "0 layers",
    "no digest": "no digest",
    "missing": "is missing",
    "config": "no JSON",
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_manifest_that_lies_is_refused(store: ImageStore, tmp_path: Path, lie: str) -> None:
    made = MadeImage([BASE])
    place = made.write_layout(tmp_path / "layout")
    lying(place, made, lie)
    with pytest.raises(ImageError, match=LIES[lie]):
        await loaded_from(store, place)
    assert not store.images()


async def loaded_from(store: ImageStore, path: Path, names: Sequence[str] = ()) -> list[Image]:
    with Archive(path, DEFAULT_REGISTRY.name) as images:
        return [
            await store.add(found.config, found.layers, names=[*map(parse_name, names)] or found.names)
            for found in images
        ]


@pytest.mark.parametrize("kind", ["compressed", "unpacked"])
async def test_a_layer_with_another_digest_leaves_nothing(
    store: ImageStore, tmp_path: Path, kind: str
) -> None:
    made = MadeImage([BASE])
    place = made.write_layout(tmp_path / "layout")
    blob = place / "blobs" / digest(made.pack(BASE)).replace(":", "/")
    blob.write_bytes(
        gzip.compress(BASE, 9) if kind == "compressed" else made.pack(layer(file("other", b"x")))
    )
    with pytest.raises(ImageBroken, match="as the image says"):
        await loaded_from(store, place)
    assert layers_on_disk(store) == set()
    blob.write_bytes(made.pack(BASE))
    await loaded_from(store, place)


async def test_what_was_interrupted_is_begun_anew(store: ImageStore, tmp_path: Path) -> None:
    """Halves of a killed process: a layer without its record, one that is being made, an image without its record."""
    made = MadeImage([BASE])
    half = store.layer_place(digest(BASE))
    for left in (half / "tree", half.with_name(f"{half.name}.abcd.new") / "tree"):
        left.mkdir(parents=True)
        (left / "wrong").touch()
    (store.directory / "roots/half").mkdir(parents=True)
    image = await loaded(store, made, tmp_path / "layout")
    assert layers_on_disk(store) == {half.name}
    assert os.listdir(image.trees[0]) == ["base"]
    await store.collect()
    assert [root.name for root in (store.directory / "roots").iterdir()] == [image.root.name]


async def test_what_something_stands_on_is_not_removed(store: ImageStore, tmp_path: Path) -> None:
    made = MadeImage([BASE, layer(directory("closed", mode=0), file("closed/in", mode=0))])
    image = await loaded(store, made, tmp_path / "layout")
    other = await loaded(store, MadeImage([BASE]), tmp_path / "other", "other:1")
    name = parse_name("app:1")
    held = store.hold(image)
    with pytest.raises(ImageInUse, match="a server"):
        await store.remove(name)
    os.close(held)
    record = store.directory.parent / "snapshots/of-it/snapshot.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"image_root": str(image.root)}))
    with pytest.raises(ImageInUse, match="the snapshot of-it"):
        await store.remove(name)
    assert (await store.collect()).images == 0
    # The name may go to another image; then it is the snapshot alone that keeps this one.
    await loaded(store, MadeImage([layer(file("newer"))]), tmp_path / "newer")
    assert (await store.collect()).images == 0
    record.unlink()
    removed = await store.collect()
    assert (removed.images, removed.layers) == (1, 1)
    assert store.read(other.root) == other
    with pytest.raises(ImageError, match="no image"):
        await store.remove(parse_name("unknown"))
    await store.remove(parse_name("other:1"))
    assert {str(name) for name in store.names()} == {"docker.io/library/app:1"}


async def test_archives_of_docker_and_compressed_ones(store: ImageStore, tmp_path: Path) -> None:
    archive = MadeImage([BASE]).write_archive(
        tmp_path / "saved.tar", "team/app:2", "registry.example.com:5000/app:3"
    )
    compressed = tmp_path / "saved.tar.gz"
    compressed.write_bytes(gzip.compress(archive.read_bytes()))
    (image,) = await loaded_from(store, archive)
    assert await loaded_from(store, compressed, ["mine"]) == [image]
    assert set(store.names()) == {
        "docker.io/library/mine:latest",
        "docker.io/team/app:2",
        "registry.example.com:5000/app:3",
    }


async def test_files_that_hold_no_image(store: ImageStore, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("nothing " * 200)
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.tar").write_bytes(layer(file("a")))
    (tmp_path / "bad.tar").write_bytes(layer(file("manifest.json", b"{}")))
    (tmp_path / "none.tar").write_bytes(layer(file("manifest.json", b"[]")))
    for name in ("text", "empty", "other.tar", "bad.tar", "none.tar"):
        with pytest.raises(ImageError):
            await loaded_from(store, tmp_path / name)


@pytest.mark.parametrize(
    "said",
    [
        {"manifest.json": [{"Config": "c", "RepoTags": [5]}]},
        {"manifest.json": [{"Config": "c", "RepoTags": 5}]},
        {"manifest.json": [{"Config": "c", "Layers": 5}]},
        {"index.json": {"manifests": [5]}},
    ],
)
async def test_archives_that_say_nonsense(store: ImageStore, tmp_path: Path, said: dict[str, object]) -> None:
    members = [file(name, json.dumps(content).encode()) for name, content in said.items()]
    (tmp_path / "odd.tar").write_bytes(layer(*members, file("c", b"{}")))
    with pytest.raises(ImageBroken, match="not what it should be"):
        await loaded_from(store, tmp_path / "odd.tar")


@pytest.mark.parametrize(
    "said",
    [
        {"rootfs": [1]},
        {"rootfs": {"diff_ids": [1]}},
        {"config": {"Volumes": [1]}},
        {"config": {"Volumes": {"/a\0b": {}}}},
        {"config": {"WorkingDir": "/\ud800"}},
    ],
)
def test_configurations_that_no_sandbox_could_start_with(said: dict[str, object]) -> None:
    with pytest.raises(ImageBroken):
        parse_config(json.dumps(said).encode())


async def test_an_image_for_another_machine_is_refused(store: ImageStore, tmp_path: Path) -> None:
    made = MadeImage([BASE])
    config = json.dumps({**json.loads(made.configuration), "architecture": "s390x"}).encode()
    with pytest.raises(ImageError, match="linux/s390x; this machine is"):
        await store.add(config, [])


NAMES = {
    "python": ("docker.io/library/python:latest", "python:latest"),
    "python:3.12": ("docker.io/library/python:3.12", "python:3.12"),
    "team/app": ("docker.io/team/app:latest", "team/app:latest"),
    "index.docker.io/team/app": ("docker.io/team/app:latest", "team/app:latest"),
    "localhost/app:1": ("localhost/app:1", "localhost/app:1"),
    "127.0.0.1:5000/a/b/c:1": ("127.0.0.1:5000/a/b/c:1", "127.0.0.1:5000/a/b/c:1"),
    "[::1]:5000/app:1": ("[::1]:5000/app:1", "[::1]:5000/app:1"),
}


@pytest.mark.parametrize("text", NAMES)
def test_names_are_read_as_people_write_them(text: str) -> None:
    name = parse_name(text)
    assert (name.key, str(name)) == NAMES[text]


def test_names_with_a_digest_and_another_registry() -> None:
    whole = f"app@{digest(b'')}"
    assert str(parse_name(whole)) == whole
    assert parse_name(whole).reference == digest(b"")
    assert parse_name("app:1", "registry.example.com").key == "registry.example.com/app:1"


@pytest.mark.parametrize(
    "text", ["", "Python", "a b", "a:", ":1", "a:b c", "a/", "/a", "a@sha256:12", "a@", "../a", "http://a/b"]
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(ImageError, match="is no name of an image"):
        parse_name(text)
