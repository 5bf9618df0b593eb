"""`pull`, `load`, `images`, `inspect`, `rmi` and `prune`: the images of this machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opensandbox.local.cli.output import AsJson, mebibytes, print_json, print_table, span
from opensandbox.local.cli.serve import FromRegistry, Mirror, RegistryCa, StateDir
from opensandbox.local.images.errors import ImageError
from opensandbox.local.images.names import DEFAULT_REGISTRY, parse_name
from opensandbox.local.record import now
from opensandbox.local.startup import finish, state_dir_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from opensandbox.local.images.store import Image, ImageStore, Removed

ImageName = Annotated[
    str, typer.Argument(metavar="IMAGE", help="Such as python:3.12, or registry.example.com/team/app:1.")
]


def pull(
    image: ImageName,
    registry: FromRegistry = DEFAULT_REGISTRY.name,
    mirror: Mirror = None,
    registry_ca: RegistryCa = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> int:
    """Fetch an image from its registry. What `docker login` has kept is used."""

    async def work() -> None:
        from opensandbox.local.images.registry import Registries

        ca = None if registry_ca is None else Path(registry_ca).expanduser().absolute()
        registries = Registries(registry, mirror=mirror, ca=ca)
        found = await registries.pull(
            parse_name(image, registry), _store(state_dir), report=_progress(as_json)
        )
        _show_image(found, [image], as_json)

    return finish(work)


def load(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Archive of `docker save`, OCI archive, or directory in OCI layout."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(metavar="IMAGE", help="Name for the image, instead of its own.")
    ] = None,
    registry: FromRegistry = DEFAULT_REGISTRY.name,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> int:
    """Take images from a file."""

    async def work() -> None:
        from opensandbox.local.images.choice import load as load_file

        store = _store(state_dir)
        names = [parse_name(name, registry)] if name else None
        path = Path(file).expanduser().absolute()
        for found in await load_file(store, path, registry, names=names, report=_progress(as_json)):
            _show_image(found, [key for key, root in store.names().items() if root == found.root], as_json)

    return finish(work)


def images(state_dir: StateDir = None, as_json: AsJson = False) -> int:
    """List the images that are there."""

    async def work() -> None:
        store = _store(state_dir)
        names = {root: str(parse_name(key)) for key, root in store.names().items()}
        found = [(names.get(image.root, "-"), image) for image in store.images()]
        if as_json:
            print_json([_facts(image, [name]) for name, image in found])
            return
        rows = [
            (
                name,
                image.digest.partition(":")[2][:12],
                mebibytes(image.size / (1 << 20)),
                span(now() - image.created_at),
            )
            for name, image in found
        ]
        print_table(("NAME", "ID", "SIZE", "HERE FOR"), rows)

    return finish(work)


def inspect(
    image: ImageName, registry: FromRegistry = DEFAULT_REGISTRY.name, state_dir: StateDir = None
) -> int:
    """Print what an image says of itself, as JSON."""

    async def work() -> None:
        found = _store(state_dir).find(parse_name(image, registry))
        if found is None:
            raise ImageError(
                f"there is no image {image}; `opensandbox-local images` lists those that are there"
            )
        print_json(_facts(found, [image]))

    return finish(work)


def rmi(
    image: ImageName,
    registry: FromRegistry = DEFAULT_REGISTRY.name,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> int:
    """Remove a name, and its image when that was the last one."""

    async def work() -> None:
        _show_removed(await _store(state_dir).remove(parse_name(image, registry)), as_json)

    return finish(work)


def prune(state_dir: StateDir = None, as_json: AsJson = False) -> int:
    """Remove images without a name on which nothing stands, layers of no image, and downloads."""

    async def work() -> None:
        _show_removed(await _store(state_dir).collect(), as_json)

    return finish(work)


def _store(state_dir: str | None) -> ImageStore:
    from opensandbox.local.images.store import ImageStore

    return ImageStore(state_dir_of(state_dir) / "images")


def _progress(as_json: bool) -> Callable[[str], None]:
    """Rewrite one line where somebody looks; say nothing to a program."""
    looked_at = sys.stderr.isatty() and not as_json
    return (
        (lambda text: print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True))
        if looked_at
        else lambda _: None
    )


def _facts(image: Image, names: list[str]) -> dict[str, Any]:
    config = image.config
    return {
        "names": names,
        "id": image.digest,
        "digest": image.manifest,
        "size": image.size,
        "created_at": image.created_at,
        "layers": list(config.layers),
        "env": dict(config.env),
        "directory": config.directory,
        "user": config.user,
        "entrypoint": list(config.entrypoint),
        "command": list(config.command),
        "volumes": list(config.volumes),
        "ports": list(config.ports),
    }


def _show_image(image: Image, names: list[str], as_json: bool) -> None:
    if sys.stderr.isatty() and not as_json:
        print(file=sys.stderr)
    if as_json:
        print_json(_facts(image, names))
    else:
        typer.echo(f"{', '.join(names) or '(no name)'} {image.digest}")


def _show_removed(removed: Removed, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"images": removed.images, "layers": removed.layers}))
    else:
        typer.echo(f"removed: {removed.images} images, {removed.layers} layers")
