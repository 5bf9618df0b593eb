"""Packages that every sandbox of a server has: installed once, into a layer that is kept and laid over the others.

pip runs as in a sandbox, on the same trees, and what it writes there becomes the layer. So scripts and metadata lie where the Python
of a sandbox looks, what is replaced is hidden, what is built cannot look around on this machine, and nothing of that changes. But
pip has this machine's network, its settings, and the files that they name.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.runtime.bubblewrap import Overlay, installer_options
from opensandbox.local.runtime.errors import PackagesUnavailable
from opensandbox.local.runtime.layout import refuse_link
from opensandbox.local.runtime.package_cache import Layer, Place, remove_unused, usable_cache
from opensandbox.local.runtime.pip_settings import PipSettings, pip_settings
from opensandbox.local.runtime.process import run_to_end
from opensandbox.local.runtime.storage import Owner, remove_tree
from opensandbox.local.runtime.syscall_filter import opened_filters
from opensandbox.local.settings import INSTALL_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from opensandbox.local.runtime.ground import Ground
    from opensandbox.local.runtime.pythons import Python

logger = logging.getLogger("opensandbox.local.runtime")

_FORMAT = 1
"""To be raised when layers are made otherwise, so that older ones are not used."""
_UNUSED_DAYS = 30
_POLL = 0.1
_SHOWN_OUTPUT = 2000
_RESOLVER = (Path("/etc/resolv.conf"), Path("/etc/hosts"))


@dataclass(frozen=True)
class Packages:
    """Checked requirements and the ground that they are for. `mounts` are bubblewrap options that its Python needs."""

    requirements: Sequence[str]
    ground: Ground
    bwrap: Path
    mounts: Sequence[tuple[str, ...]]

    @property
    def _wish(self) -> str:
        return f"{' '.join(self.requirements)} for {self.ground.title}"

    async def provide(self, state_dir: Path, report: Callable[[str], None]) -> Layer:
        """Return the layer, made unless it is there; `report` is told of what takes long.

        Raises PackagesUnavailable. Cancellation leaves nothing half-done.
        """
        python = self.ground.python
        if python is None:
            raise PackagesUnavailable(
                f"packages: cannot install {self._wish}, since no Python works there; mend that, or leave `packages` out"
            )
        cache = usable_cache(state_dir)
        settings = pip_settings()
        place = Place(cache, self._key(python, settings))
        told = False
        while (layer := place.take()) is None:
            with place.claimed() as claimed:
                if claimed and not place.layer.is_dir():
                    await self._make(place, python, settings, report)
                    await remove_unused(cache, self.bwrap, days=_UNUSED_DAYS)
                    continue
            if not told:
                told = True
                report(f"packages: waiting for another server that installs {self._wish}")
            await asyncio.sleep(_POLL)
        return layer

    def _key(self, python: Python, settings: PipSettings) -> str:
        facts = {
            "format": _FORMAT,
            "ground": self.ground.title,
            "python": [str(python.program), python.version, *python.platform],
            # What is there already is not installed again, so the layer fits that alone.
            "sites": python.sites,
            "requirements": self.requirements,
            "settings": settings.texts(),
            "places": [_stamp(place) for place in settings.places(self.requirements)],
        }
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]

    async def _make(
        self, place: Place, python: Python, settings: PipSettings, report: Callable[[str], None]
    ) -> None:
        report(f"packages: installing {self._wish}, once")
        begun = time.monotonic()
        await remove_tree(Owner(self.bwrap), place.unfinished)
        try:
            await self._install(place.unfinished, python, settings)
            (place.unfinished / "layer").rename(place.layer)
        finally:
            await asyncio.shield(remove_tree(Owner(self.bwrap), place.unfinished))
        report(f"packages: installed in {time.monotonic() - begun:.0f} s, and kept in {place.cache}")

    async def _install(self, directory: Path, python: Python, settings: PipSettings) -> None:
        overlays = list(self._overlays(directory, python))
        mounts = list(self._seen(directory, settings))
        command = [
            *(str(python.program), "-I", "-m", "pip", "install"),
            *("--no-input", "--progress-bar", "off", "--disable-pip-version-check"),
            *("--", *self.requirements),
        ]
        with (directory / "log").open("w+b") as output, opened_filters() as filters:
            options = installer_options(overlays, [*self.mounts, *mounts], settings.environment(), filters)
            try:
                status = await run_to_end(
                    self.bwrap,
                    options,
                    command,
                    inherited=filters,
                    output=output,
                    timeout=INSTALL_TIMEOUT,
                )
                problem = f"pip ended with exit status {status}" if status else ""
            except TimeoutError:
                problem = f"pip did not end within {INSTALL_TIMEOUT:g} s"
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if problem:
            raise PackagesUnavailable(
                f"packages: cannot install {self._wish} ({python.program}, Python {python.number}): {problem}. Look at "
                "the names and versions, and at the index and proxy that pip uses on this machine (`pip config list`, "
                f"PIP_INDEX_URL). It said:\n{said[-_SHOWN_OUTPUT:]}"
            )
        logger.info("pip said:\n%s", said)

    def _overlays(self, directory: Path, python: Python) -> Iterator[Overlay]:
        """Yield the trees. What is written to those that pip installs to is kept, the rest goes."""
        for tree in self.ground.trees:
            kept = tree.target in self.ground.covered() and any(
                place.is_relative_to(tree.target) for place in python.written
            )
            upper = directory / "layer" / tree.target.lstrip("/") if kept else directory / "other" / tree.name
            work = directory / "work" / tree.name
            for made in (upper, work, directory / "points"):
                made.mkdir(parents=True, exist_ok=True)
            points = (directory / "points",) if tree.target == "/" else ()
            yield Overlay(tree.target, (*points, *tree.lowers), upper, work)

    def _seen(self, directory: Path, settings: PipSettings) -> Iterator[tuple[str, ...]]:
        """Yield the options that show pip its settings, at the same places as on this machine.

        The mount points are made in a layer below all others, so that none of them is kept.
        """
        (directory / "tmp").mkdir()
        visible = [(tree.target, tree.lowers) for tree in self.ground.trees]
        places = [*filter(Path.is_file, _RESOLVER), *settings.places(self.requirements)]
        binds: list[tuple[str, ...]] = [("--ro-bind", str(place), str(place)) for place in places]
        try:
            settings.cache.mkdir(parents=True, exist_ok=True)
            cache = str(settings.cache)
            # What an image's pip writes there would be installed on this machine later. It reads, and what it writes goes.
            alone = ("--overlay-src", cache, "--tmp-overlay", cache)
            binds.append(alone if self.ground.foreign else ("--bind", cache, cache))
        except OSError as error:
            logger.info("pip keeps no downloads: %s", error)
        for mount in (
            ("--bind", str(directory / "tmp"), "/tmp"),  # noqa: S108
            ("--tmpfs", str(settings.home)),
            *binds,
        ):
            try:
                refuse_link(mount[-1], visible)
            except ValueError as error:
                logger.info("pip does not see %s: %s", mount[-1], error)
                continue
            point = directory / "points" / mount[-1].lstrip("/")
            if mount[0] != "--tmpfs" and Path(mount[1]).is_file():
                point.parent.mkdir(parents=True, exist_ok=True)
                point.touch()
            else:
                point.mkdir(parents=True, exist_ok=True)
            yield mount


def _stamp(file: Path) -> list[object]:
    facts = file.stat()
    return [str(file), facts.st_size, facts.st_mtime_ns]
