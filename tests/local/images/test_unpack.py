"""Odd layers: what each becomes in the form of overlays, and which are refused. No server."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.images import unpack as unpacking
from opensandbox.local.images.compression import Decompressed, zstd
from opensandbox.local.images.errors import ImageBroken
from opensandbox.local.images.merging import merge
from opensandbox.local.images.places import OPAQUE
from opensandbox.local.images.unpack import unpack
from tests.support.layers import device, directory, entry, file, hard_link, layer, link

if TYPE_CHECKING:
    from collections.abc import Callable

Entry = tuple[tarfile.TarInfo, bytes]


def shape(root: Path) -> dict[str, str]:
    """What is in a tree: every path with what it is."""
    found = {}
    for here, directories, others in os.walk(root):
        for name in [*directories, *others]:
            path = Path(here, name)
            found[str(path.relative_to(root))] = kind(path)
    return found


def kind(path: Path) -> str:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return f"-> {os.readlink(path)}"
    if stat.S_ISDIR(status.st_mode):
        return "hides" if OPAQUE in os.listxattr(path) else "dir"
    if stat.S_ISCHR(status.st_mode):
        return "hidden" if status.st_rdev == 0 else "device"
    if stat.S_ISFIFO(status.st_mode):
        return "pipe"
    return path.read_bytes()[:20].decode()


def unpacked(target: Path, *entries: Entry, below: tuple[Path, ...] = ()) -> bool:
    target.mkdir()
    return unpack(io.BytesIO(layer(*entries)), target, below=below, most=1 << 30)


AS_THEY_ARE: dict[str, tuple[list[Entry], dict[str, str]]] = {
    "nothing": ([], {}),
    "a file whose directory is not there": ([file("a/b/c", b"x")], {"a": "dir", "a/b": "dir", "a/b/c": "x"}),
    "paths with dots and slashes": ([file("./a//b", b"x"), file("/c", b"y")], {"a": "dir", "a/b": "x", "c": "y"}),
    "a name that is hidden": ([file("a/.wh.gone")], {"a": "dir", "a/gone": "hidden"}),
    "a directory that hides": ([file("a/.wh..wh..opq"), file("a/b", b"x")], {"a": "hides", "a/b": "x"}),
    "hidden, then a directory": ([file(".wh.a"), file("a/b", b"x")], {"a": "hides", "a/b": "x"}),
    "hidden, then a directory of its own entry": ([file(".wh.a"), directory("a")], {"a": "hides"}),
    "a directory, then hidden": ([file("a/b", b"x"), file(".wh.a")], {"a": "hides", "a/b": "x"}),
    "a file, then hidden": ([file("a", b"x"), file(".wh.a")], {"a": "x"}),
    "hidden in the form of overlays": ([device("a", 0, 0)], {"a": "hidden"}),
    "hides in the form of overlays": (
        [directory("a", pax_headers={"SCHILY.xattr.trusted.overlay.opaque": "y"})],
        {"a": "hides"},
    ),
    "marks of aufs": ([file(".wh..wh.plnk"), file("a", b"x")], {"a": "x"}),
    "devices": ([device("sda", 8, 0, tarfile.BLKTYPE), device("null", 1, 3), file("a", b"x")], {"a": "x"}),
    "a pipe": ([entry("a", type=tarfile.FIFOTYPE)], {"a": "pipe"}),
    "links that lead out are only links": ([link("a", "/etc/passwd"), link("b", "../../x")], {"a": "-> /etc/passwd", "b": "-> ../../x"}),
    "a path over a link stays inside": ([link("a", "/b"), file("a/c", b"x")], {"a": "-> /b", "b": "dir", "b/c": "x"}),
    "a link becomes a directory": ([link("a", "b"), directory("a"), file("a/c", b"x")], {"a": "dir", "a/c": "x"}),
    "a directory becomes a link": ([file("a/b/c", b"x"), link("a", "d")], {"a": "-> d"}),
    "a directory becomes a file, and back": ([file("a/b", b"x"), file("a", b"y"), directory("a")], {"a": "dir"}),
    "hard links": ([file("a", b"x"), hard_link("b", "/a"), hard_link("a", "a")], {"a": "x", "b": "x"}),
    "a hard link to a file that is replaced": ([file("a", b"x"), hard_link("b", "a"), file("a", b"y")], {"a": "y", "b": "x"}),
    "a hard link to a link": ([link("a", "x"), hard_link("b", "a")], {"a": "-> x", "b": "-> x"}),
    "a name twice": ([file("a", b"x"), file("a", b"y")], {"a": "y"}),
    "what is mounted over": ([file("opt/opensandbox/python/bin/python3", b"x"), file("opt/a", b"y")], {"opt": "dir", "opt/a": "y"}),
    "an empty name": ([directory("./"), file("a", b"x")], {"a": "x"}),
    "a long name": ([file("d/" + "n" * 250, b"x")], {"d": "dir", "d/" + "n" * 250: "x"}),
}  # fmt: skip


@pytest.mark.parametrize("case", AS_THEY_ARE)
def test_what_odd_layers_become(tmp_path: Path, case: str) -> None:
    entries, expected = AS_THEY_ARE[case]
    assert not unpacked(tmp_path / "tree", *entries)
    assert shape(tmp_path / "tree") == expected


REFUSED: dict[str, tuple[list[Entry], str]] = {
    "up": ([file("../a", b"x")], "leads out"),
    "up in the middle": ([file("a/../../b", b"x")], "leads out"),
    "up from the root": ([file("/../a", b"x")], "leads out"),
    "over a link": ([link("a", "../.."), file("a/b", b"x")], "leads out"),
    "over a link to nowhere": ([link("a", "a"), file("a/b", b"x")], "too many links"),
    "a hard link that leads out": ([hard_link("a", "../../etc/passwd")], "leads out"),
    "a hard link over a link that leads out": ([link("a", "../.."), hard_link("b", "a/etc/passwd")], "leads out"),
    "a hard link to a file of the host": ([hard_link("a", "/etc/passwd")], "no file"),
    "a hard link to a directory": ([directory("a"), hard_link("b", "a")], "no file"),
    "a hard link to nothing": ([hard_link("a", "/")], "nothing"),
    "a hard link to what is hidden": ([file(".wh.a"), hard_link("b", "a")], "no file"),
    "a hard link into what is hidden": ([file(".wh.a"), hard_link("b", "a/c")], "no directory"),
    "a directory hidden by a path": ([file(".wh...")], "leads out"),
    "a name that hides nothing": ([file(".wh.")], "hides nothing"),
    "in a file": ([file("a", b"x"), file("a/b", b"y")], "no directory"),
    "too long a name": ([file("n" * 256)], "File name too long"),
    "too deep": ([file("d/" * 300 + "f")], "deeper"),
    "a long header": ([file("a", pax_headers={"comment": "x" * (5 << 20)})], "headers"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_layers_that_are_refused(tmp_path: Path, case: str) -> None:
    entries, reason = REFUSED[case]
    outside = shape(tmp_path)
    with pytest.raises(ImageBroken, match=reason):
        unpacked(tmp_path / "tree", *entries)
    assert {path: what for path, what in shape(tmp_path).items() if not path.startswith("tree")} == outside


def test_modes_times_and_attributes_are_kept(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    capability = b"\x01\x00\x00\x02\x00\x04" + bytes(14)
    unpacked(
        tree,
        directory("closed", mode=0o000),
        file("closed/inside", b"x", mode=0o400),
        directory("sticky", mode=0o1777),
        file("sticky/root", b"x", mode=0o4755),
        file(
            "marked",
            mode=0o2711,
            mtime=1.5,
            pax_headers={
                "SCHILY.xattr.user.colour": "gr\u00fcn",
                "SCHILY.xattr.user.overlay.redirect": "/etc",
                "SCHILY.xattr.trusted.overlay.metacopy": "y",
                "SCHILY.xattr.security.capability": capability.decode("utf-8", "surrogateescape"),
            },
        ),
        link("link", "marked"),
        directory("marks", pax_headers={"SCHILY.xattr.user.a": "b"}),
        file("late", mtime=-1),
        file("never", pax_headers={"mtime": "nan"}),
    )
    modes = {
        name: stat.S_IMODE((tree / name).stat().st_mode)
        for name in ("closed", "sticky", "sticky/root", "marked")
    }
    assert modes == {"closed": 0, "sticky": 0o1777, "sticky/root": 0o4755, "marked": 0o2711}
    assert {
        name: os.getxattr(tree / name, name_of)
        for name, name_of in (("marked", "user.colour"), ("marks", "user.a"))
    } == {
        "marked": "gr\u00fcn".encode(),
        "marks": b"b",
    }
    assert not {name for name in os.listxattr(tree / "marked") if "overlay" in name}
    assert (tree / "marked").stat().st_mtime == 1.5
    assert {int(path.lstat().st_mtime) for path in (tree / "closed", tree / "sticky", tree / "link")} == {
        1_000_000_000
    }
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in tree.iterdir()} == {
        (os.geteuid(), os.getegid())
    }


def test_names_are_bytes(tmp_path: Path) -> None:
    unpacked(tmp_path / "tree", file("caf\udce9/\udcff", b"x"), link("l", "\udcff"))
    assert os.listdir(os.fsencode(tmp_path / "tree/caf\udce9")) == [b"\xff"]
    assert os.readlink(os.fsencode(tmp_path / "tree/l")) == b"\xff"


def test_holes_stay_holes(tmp_path: Path) -> None:
    """A file of 2 GiB with a word in it: as GNU tar writes it, and as zeros that were compressed."""
    size, at = 2 << 30, 1 << 30
    sparse = file(
        "sparse",
        b"word",
        pax_headers={"GNU.sparse.map": f"{at},4", "GNU.sparse.size": str(size), "GNU.sparse.name": "sparse"},
    )
    zeros = file("zeros", bytes(8 << 20))
    unpacked(tmp_path / "tree", sparse, zeros)
    found = tmp_path / "tree/sparse"
    with found.open("rb") as content:
        content.seek(at)
        assert content.read(5) == b"word\0"
    assert found.stat().st_size == size
    assert found.stat().st_blocks * 512 < 1 << 20
    assert (tmp_path / "tree/zeros").stat().st_blocks == 0
    assert (tmp_path / "tree/zeros").stat().st_size == 8 << 20


def test_hard_links_reach_into_the_layers_below(tmp_path: Path) -> None:
    lowest, middle, top = tmp_path / "lowest", tmp_path / "middle", tmp_path / "top"
    unpacked(
        lowest, file("a", b"old"), file("d/b", b"b"), file("e/c", b"c"), file("f/g", b"g"), file("h", b"h")
    )
    unpacked(middle, file("a", b"new"), file(".wh.d"), file("e/.wh..wh..opq"), file("f", b"no directory"))
    assert unpacked(top, hard_link("x", "a"), hard_link("y", "h"), below=(lowest, middle))
    assert shape(top) == {"x": "new", "y": "h"}
    for number, gone in enumerate(("d/b", "e/c", "f/g", "nothing")):
        with pytest.raises(ImageBroken, match="no file"):
            unpacked(tmp_path / str(number), hard_link("x", gone), below=(lowest, middle))


def test_merged_layers_are_what_an_overlay_shows(tmp_path: Path) -> None:
    layers = [tmp_path / str(number) for number in range(3)]
    unpacked(
        layers[0],
        file("a", b"0"),
        file("d/x", b"0"),
        file("e/x", b"0"),
        file("f", b"0"),
        directory("g", mode=0o700),
    )
    unpacked(
        layers[1], file(".wh.a"), file("d/.wh..wh..opq"), file("d/y", b"1"), link("e", "d"), file("f/z", b"1")
    )
    unpacked(
        layers[2], directory("g", mode=0o755, pax_headers={"SCHILY.xattr.user.a": "b"}), file("a/b", b"2")
    )
    merged = tmp_path / "merged"
    merged.mkdir()
    merge(layers, merged)
    assert shape(merged) == {
        "a": "dir",
        "a/b": "2",
        "d": "dir",
        "d/y": "1",
        "e": "-> d",
        "f": "dir",
        "f/z": "1",
        "g": "dir",
    }
    assert stat.S_IMODE((merged / "g").stat().st_mode) == 0o755
    assert os.getxattr(merged / "g", "user.a") == b"b"
    assert (merged / "a/b").stat().st_ino == (layers[2] / "a/b").stat().st_ino


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no archive": (lambda _: b"no archive at all" * 100, "no tar archive"),
    "cut in a header": (lambda data: data[:300], "no tar archive"),
    "cut in a file": (lambda data: data[:1000], "ends early"),
    "damaged in the middle": (lambda data: data[:1536] + b"\xff" * 512 + data[2048:], "no tar archive"),
    "cut gzip": (lambda data: gzip.compress(data)[:-20], "ends early"),
    "damaged gzip": (lambda data: gzip.compress(data)[:40] + b"damage" + gzip.compress(data)[46:], "damaged"),
    "cut zstd": (lambda data: zstd.compress(data)[:-20], "ends early"),
    "damaged zstd": (lambda data: zstd.compress(data)[:4] + b"\xff" * 20, "damaged"),
    "zstd that needs much memory": (
        lambda data: zstd.compress(data * 40_000, options={zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}),
        "damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_layers_are_refused(tmp_path: Path, case: str) -> None:
    damage, reason = DAMAGED[case]
    data = damage(layer(file("a", os.urandom(600)), file("b", os.urandom(600))))
    with pytest.raises(ImageBroken, match=reason):
        unpack(Decompressed(io.BytesIO(data)), tmp_path, most=1 << 30)


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "gzip in parts, padded": lambda data: gzip.compress(data[:700]) + bytes(600) + gzip.compress(data[700:]) + bytes(2048),
    "zstd": zstd.compress,
    "zstd in parts": lambda data: zstd.compress(data[:700]) + zstd.compress(data[700:]),
    "no byte": lambda _: b"",
}  # fmt: skip


@pytest.mark.parametrize("packing", PACKINGS)
def test_layers_are_told_apart_by_how_they_begin(tmp_path: Path, packing: str) -> None:
    data = PACKINGS[packing](layer(file("a", b"content")))
    unpack(Decompressed(io.BytesIO(data)), tmp_path, most=1 << 30)
    assert shape(tmp_path) == ({"a": "content"} if data else {})


def test_a_bomb_is_given_up_when_the_disk_could_not_hold_it(tmp_path: Path) -> None:
    bomb = gzip.compress(layer(file("a", bytes(32 << 20))))
    assert len(bomb) < 100_000
    with pytest.raises(ImageBroken, match="unpacks to more than 1048576 bytes"):
        unpack(Decompressed(io.BytesIO(bomb)), tmp_path, most=1 << 20)


def test_entries_and_closed_directories_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_MOST_ENTRIES", 3)
    monkeypatch.setattr(unpacking, "_MOST_CLOSED", 1)
    with pytest.raises(ImageBroken, match="more than 3 entries"):
        unpacked(tmp_path / "many", *(file(str(number)) for number in range(4)))
    with pytest.raises(ImageBroken, match="closed to their owner"):
        unpacked(tmp_path / "closed", directory("a", mode=0), directory("b", mode=0))


@pytest.mark.long
def test_many_files_in_bounded_memory(tmp_path: Path) -> None:
    data = layer(*(file(f"{number % 100}/{number}", b"x") for number in range(20_000)))
    target = tmp_path / "tree"
    target.mkdir()
    tracemalloc.start()
    unpack(io.BytesIO(data), target, most=1 << 30)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 << 20
    assert sum(len(files) for _, _, files in os.walk(target)) == 20_000
