"""Environments of frameworks, and drivers that run in them."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from opensandbox.local import LocalServer
from scripts.matrix.ecosystem.frameworks import HERE, Framework
from tests.support.installed import ROOT, DoesNotWork, Installed, add_to_environment, new_environment

PLACE = ROOT / "build" / "ecosystem"
LIMIT = 900
"""Seconds that a driver may take."""


def environment(framework: Framework, python: str, sdk: str) -> Path:
    """Return an environment with a framework and an SDK, which is a requirement or the path of a wheel.

    It is kept below `build`. Nothing is resolved: the versions are complete, and a framework that refuses this version of the SDK
    gets it all the same.
    """
    wheel = Path(sdk) if sdk.endswith(".whl") else None
    home = PLACE / framework.key / ("ours" if wheel else "published")
    base = _digest(framework.requirements.read_bytes() + python.encode())
    if _content(home / "base") != base:
        shutil.rmtree(home, ignore_errors=True)
        new_environment(home, ["--no-deps", "--requirement", str(framework.requirements)], python=python)
        (home / "base").write_text(base)
    wanted = _digest(wheel.read_bytes()) if wheel else sdk
    if _content(home / "sdk") != wanted:
        add_to_environment(home, ["--no-deps", "--reinstall", sdk])
        (home / "sdk").write_text(wanted)
    return home


def drive(framework: Framework, directory: Path) -> dict[str, Any]:
    """Run a framework's driver with a server of its own, and return its record."""
    with tempfile.TemporaryDirectory(prefix="ecosystem-") as name:
        place = Path(name)
        for part in ("home", "shared"):
            (place / part).mkdir()
        (place / "shared/note").write_text("shared")
        record = place / "record.json"
        with LocalServer(mounts=[place / "shared"]) as server:
            told = {
                "ECOSYSTEM_SHARED": str(place / "shared"),
                "OPEN_SANDBOX_API_KEY": server.api_key,
                "OPEN_SANDBOX_DOMAIN": server.domain,
                "PYTHONPATH": str(HERE / "drivers"),
            }
            installed = Installed(directory, place / "home", variables=told)
            command = installed.command("python", "-P", framework.driver, record)
            _run(command, installed)
        return json.loads(record.read_text(encoding="utf-8"))


def _run(command: list[str], installed: Installed) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=installed.home,
            env=installed.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired as error:
        raise DoesNotWork(f"the driver took longer than {LIMIT} s: {error.output}") from error
    if done.returncode:
        raise DoesNotWork(f"the driver ended with {done.returncode}:\n{done.stdout[-4000:]}")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _content(path: Path) -> str:
    return path.read_text() if path.exists() else ""
