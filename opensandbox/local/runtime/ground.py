"""What lies below the writes of a sandbox: the trees of this machine or of an image, and the layer that makes one Python of it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.runtime.bubblewrap import view_options
from opensandbox.local.runtime.process import uninterrupted
from opensandbox.local.runtime.pythons import Python, ask, write_environment, write_layer
from opensandbox.local.runtime.root import overlay_trees
from opensandbox.local.runtime.syscall_filter import opened_filters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opensandbox.local.runtime.interpreter import Interpreter
    from opensandbox.local.runtime.spec import ImageStack


@dataclass(frozen=True)
class Tree:
    """A directory inside, and the directories that it is made of, from lowest to highest."""

    name: str
    target: str
    lowers: tuple[Path, ...]


@dataclass(frozen=True)
class Ground:
    """Trees of a sandbox before it has written anything, and its Python."""

    title: str
    trees: tuple[Tree, ...]
    foreign: bool
    """Whether the root is not this machine's."""
    python: Python | None = None
    path: str | None = None
    """Where it wants programs to be searched for."""

    def covered(self) -> list[str]:
        """Where layers lie over it: an image as a whole, of the machine all but the root, which is made of little anyway."""
        return [tree.target for tree in self.trees if tree.target != "/" or self.foreign]

    def with_layer(self, layer: Path) -> Ground:
        """Return the same with a layer on top, whose paths are those inside."""
        covered = self.covered()
        trees = []
        for tree in self.trees:
            part = layer / tree.target.lstrip("/")
            on_top = tree.target in covered and part.is_dir()
            trees.append(replace(tree, lowers=(*tree.lowers, part)) if on_top else tree)
        return replace(self, trees=tuple(trees))


def machine_ground(base: Path) -> Ground:
    """Return the trees of this machine, in a root of our own."""
    trees = [
        Tree("root", "/", (base / "root",)),
        Tree("opt", "/opt", (base / "opt", *filter(Path.is_dir, [Path("/opt")]))),
        *(Tree(name.replace("/", "-"), f"/{name}", (Path("/", name),)) for name in overlay_trees()),
    ]
    return Ground("the programs of this machine", tuple(trees), foreign=False)


def image_ground(base: Path, root: Path, stack: ImageStack | None = None) -> Ground:
    """Return the tree of an image. Raises ValueError when there is no such directory."""
    if not root.is_dir():
        raise ValueError(f"image root {root} is not a directory")
    trees, path = ((root,), None) if stack is None else (stack.trees, stack.env.get("PATH"))
    return Ground(
        f"the image in {root}", (Tree("root", "/", (base / "image", *trees)),), foreign=True, path=path
    )


def with_one_python(
    ground: Ground, layer: Path, *, bwrap: Path, base: Path, interpreter: Interpreter
) -> Ground:
    """Return the ground with the new directory `layer` on top, which makes its programs one Python. Takes a moment."""
    layer.mkdir(parents=True)

    def look(ground: Ground, mounts: Sequence[tuple[str, ...]]) -> Python | None:
        lowers = [(tree.target, tree.lowers) for tree in ground.trees]
        with opened_filters() as filters:
            return ask(
                [str(bwrap), *view_options(lowers, mounts, filters, ground.path), "--"], inherited=filters
            )

    python = look(ground, [])
    if python is None:
        write_environment(layer, interpreter.executable)
        mounts = [*interpreter.mounts(base, foreign=ground.foreign)]
        python = look(ground.with_layer(layer), mounts)
        # These are of the layer, new at every start, and empty.
        python = python and replace(python, sites=())
    if python is not None:
        write_layer(layer, python, ground.covered())
    return replace(ground.with_layer(layer), python=python)


class Grounds:
    """The grounds of one server: that of the machine, and that of each image from when it is first used."""

    def __init__(
        self,
        base: Path,
        bwrap: Path,
        interpreter: Interpreter,
        stack_of: Callable[[Path], ImageStack | None] = lambda _: None,
    ) -> None:
        self._base = base
        self._stack_of = stack_of
        self._bwrap = bwrap
        self._interpreter = interpreter
        self._made: dict[Path | None, Ground] = {}
        self._making = asyncio.Lock()

    async def get(self, image_root: Path | None) -> Ground:
        """Return what a sandbox lies on, for None on the machine's programs. Raises ValueError for an image that is no directory."""
        async with self._making:
            if image_root not in self._made:
                making = asyncio.to_thread(self._make, image_root)
                # Kept for the next caller, also when this one is cancelled.
                made = await uninterrupted(making, lambda made: self._made.setdefault(image_root, made))
                self._made[image_root] = made
            return self._made[image_root]

    def add(self, image_root: Path | None, layer: Path) -> None:
        """Put another layer on top of what `get` returned."""
        self._made[image_root] = self._made[image_root].with_layer(layer)

    def _make(self, image_root: Path | None) -> Ground:
        if image_root is None:
            bare = machine_ground(self._base)
        else:
            bare = image_ground(self._base, image_root, self._stack_of(image_root))
        layer = self._base / "layers" / secrets.token_hex(4)
        return with_one_python(bare, layer, bwrap=self._bwrap, base=self._base, interpreter=self._interpreter)
