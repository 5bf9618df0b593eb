"""Packages that every sandbox of a server has: installed once, into a layer that is kept and laid over `/usr`.

pip runs on this machine with its settings, network and certificates, but sees the `/usr` of a sandbox: an overlay, and what is written
to it becomes the layer. So scripts and metadata lie where the Python of a sandbox looks, what is replaced is hidden, and nothing of
the machine changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.requirements import local_file
from opensandbox.local.runtime.bubblewrap import Overlay, installer_options
from opensandbox.local.runtime.errors import PackagesUnavailable
from opensandbox.local.runtime.package_cache import Layer, Place, remove_unused, usable_cache
from opensandbox.local.runtime.process import run_to_end
from opensandbox.local.runtime.storage import remove_tree
from opensandbox.local.settings import INSTALL_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from opensandbox.local.runtime.ground import Tree
    from opensandbox.local.runtime.pythons import Python

logger = logging.getLogger("opensandbox.local.runtime")

_FORMAT = 1
"""To be raised when layers are made otherwise, so that older ones are not used."""
_UNUSED_DAYS = 30
_POLL = 0.1
_SHOWN_OUTPUT = 2000

# Settings of pip that would lead it elsewhere than into the layer, or stop it.
_OVERRULED = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}
_LEFT_OUT = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "OPEN_SANDBOX_API_KEY", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Packages:
    """Checked requirements, the Python that they are for, and the tree that they are installed to."""

    requirements: Sequence[str]
    python: Python
    bwrap: Path
    tree: Tree

    @property
    def _names(self) -> str:
        return " ".join(self.requirements)

    async def provide(self, state_dir: Path, report: Callable[[str], None]) -> Layer:
        """Return the layer, made unless it is there; `report` is told of what takes long.

        Raises PackagesUnavailable. Cancellation leaves nothing half-done.
        """
        cache = usable_cache(state_dir)
        place = Place(cache, self._key())
        told = False
        while (layer := place.take()) is None:
            with place.claimed() as claimed:
                if claimed and not place.layer.is_dir():
                    await self._make(place, report)
                    await remove_unused(cache, self.bwrap, days=_UNUSED_DAYS)
                    continue
            if not told:
                told = True
                report(f"packages: waiting for another server that installs {self._names}")
            await asyncio.sleep(_POLL)
        return layer

    def _key(self) -> str:
        facts = {
            "format": _FORMAT,
            "python": [str(self.python.program), self.python.version, *self.python.platform],
            # What the machine has already is not installed again, so the layer fits that alone.
            "sites": self.python.sites,
            "requirements": self.requirements,
            "files": [_stamp(file) for file in map(local_file, self.requirements) if file],
            "settings": list(_pip_settings()),
        }
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]

    async def _make(self, place: Place, report: Callable[[str], None]) -> None:
        report(f"packages: installing {self._names} for the sandboxes, once")
        begun = time.monotonic()
        await remove_tree(self.bwrap, place.unfinished)
        try:
            await self._install(place.unfinished)
            for name in ("work", "tmp"):
                await remove_tree(self.bwrap, place.unfinished / name)
            place.unfinished.rename(place.layer)
        finally:
            await asyncio.shield(remove_tree(self.bwrap, place.unfinished))
        report(f"packages: installed in {time.monotonic() - begun:.0f} s, and kept in {place.cache}")

    async def _install(self, directory: Path) -> None:
        layer, work, temporary = (directory / name for name in (self.tree.name, "work", "tmp"))
        for place in (layer, work, temporary):
            place.mkdir(parents=True)
        overlay = Overlay(self.tree.target, self.tree.lowers, layer, work)
        options = installer_options([overlay], writable=[temporary, *_pip_cache()])
        command = [
            *(str(self.python.program), "-I", "-m", "pip", "install"),
            *("--no-input", "--progress-bar", "off", "--disable-pip-version-check"),
            *("--", *self.requirements),
        ]
        with (temporary / "log").open("w+b") as output:
            try:
                status = await run_to_end(
                    self.bwrap,
                    options,
                    command,
                    environment=_environment(temporary),
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
                f"packages: cannot install {self._names} for {self.python.program} (Python {self.python.number}): "
                f"{problem}. Look at the names and versions, and at the index and proxy that pip uses on this machine "
                f"(`pip config list`, PIP_INDEX_URL). It said:\n{said[-_SHOWN_OUTPUT:]}"
            )
        logger.info("pip said:\n%s", said)


def _environment(temporary: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _LEFT_OUT and not name.startswith("PYTHON")
    }
    return {**kept, **_OVERRULED, "TMPDIR": str(temporary)}


def _pip_cache() -> Iterator[Path]:
    """Yield the directory of pip's downloads, where there may be one."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    directory = Path(os.environ.get("PIP_CACHE_DIR") or Path(base) / "pip").absolute()
    with contextlib.suppress(OSError):
        directory.mkdir(parents=True, exist_ok=True)
        yield directory


def _pip_settings() -> Iterator[str]:
    """Yield whatever says where pip gets packages from, and which: its variables and the files that it reads."""
    yield from (
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name.startswith("PIP_") and name not in {*_LEFT_OUT, *_OVERRULED}
    )
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    shared = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    directories = [
        *(Path(place, "pip") for place in shared.split(":")),
        Path("/etc"),
        Path("/usr"),
        Path("/usr/local"),
    ]
    files = [place / "pip.conf" for place in (*directories, Path.home() / ".pip", Path(config, "pip"))]
    for file in (*files, Path(os.environ.get("PIP_CONFIG_FILE", os.devnull))):
        with contextlib.suppress(OSError):
            yield file.read_text(errors="replace")


def _stamp(file: Path) -> list[object]:
    facts = file.stat()
    return [str(file), facts.st_size, facts.st_mtime_ns]
