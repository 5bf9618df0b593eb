"""Merge layers, where an image has more than the kernel takes for one overlay."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING, Any

from opensandbox.local import deep_trees
from opensandbox.local.images.digests import digest_of
from opensandbox.local.images.places import OPAQUE, is_whiteout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from opensandbox.local.images.store import ImageStore

# The options of a mount fit into a page. bubblewrap writes each path below `/oldroot`, and the sandbox needs some for itself:
# what is written, the mount points, a layer for its Python, packages.
_MOST_BYTES = 4096 - 1100
_PREFIX = len("/oldroot:")
_MOST_LAYERS = 400


def too_many(trees: Sequence[Path]) -> int:
    """How many of the lowest layers have to be merged into one, so that all fit; 0 when they do."""
    sizes = [len(os.fsencode(tree)) + _PREFIX for tree in trees]
    if sum(sizes) <= _MOST_BYTES and len(trees) <= _MOST_LAYERS:
        return 0
    merged = 2
    while sum(sizes[merged:]) + max(sizes) > _MOST_BYTES or len(sizes) - merged >= _MOST_LAYERS:
        merged += 1
    return merged


async def fitting(store: ImageStore, trees: Sequence[Path]) -> list[Path]:
    """The same layers, the lowest of them merged into one where they are too many."""
    count = too_many(trees)
    if not count:
        return list(trees)
    lowest = trees[:count]
    identity = digest_of("\n".join(["merged", *(tree.parent.name for tree in lowest)]).encode())

    def make(target: Path) -> dict[str, Any]:
        merge(lowest, target)
        return {"size": 0}

    if store.layer_record(identity) is None:
        await store.make_layer(identity, make)
    return [store.layer_place(identity) / "tree", *trees[count:]]


def merge(sources: Sequence[Path], target: Path) -> None:
    """Write into the empty directory `target` what an overlay of layers shows, lowest first. Files are shared by hard links, not copied."""
    modes: dict[str, os.stat_result] = {}
    for source in sources:
        for here, names, others, fd in os.fwalk(source, follow_symlinks=False, onerror=_fail):
            place = os.path.normpath(os.path.join(target, os.path.relpath(here, source)))
            modes[place] = os.fstat(fd)
            if _is_opaque(fd):
                _clear(place)
            for name in [*others, *names]:
                _lay(fd, name, os.path.join(place, name))
            _copy_attributes(fd, place)
    for place, status in sorted(modes.items(), reverse=True):
        if _is_directory(place):
            os.utime(place, ns=(status.st_mtime_ns, status.st_mtime_ns))
            os.chmod(place, stat.S_IMODE(status.st_mode))


def _lay(fd: int, name: str, place: str) -> None:
    """Put one thing of a layer over what is at a place, a directory without what is in it."""
    status = os.stat(name, dir_fd=fd, follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode):
        if not _is_directory(place):
            _remove(place)
            os.mkdir(place, 0o700)
        return
    _remove(place)
    if not is_whiteout(status):
        os.link(name, place, src_dir_fd=fd, follow_symlinks=False)


def _fail(error: OSError) -> None:
    raise error


def _is_opaque(fd: int) -> bool:
    return OPAQUE in os.listxattr(fd)


def _copy_attributes(fd: int, place: str) -> None:
    for name in os.listxattr(fd):
        if name != OPAQUE:  # there is nothing below
            os.setxattr(place, name, os.getxattr(fd, name))


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _clear(place: str) -> None:
    for name in os.listdir(place):
        _remove(os.path.join(place, name))


def _remove(path: str) -> None:
    if _is_directory(path):
        deep_trees.remove_tree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
