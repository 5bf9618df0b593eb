"""Ways to install the package, each tried by what a user would do first."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from scripts.matrix.pythons import find_python
from scripts.matrix.table import Row, Skipped, attempt
from tests.support.installed import ROOT, USES, DoesNotWork, Installed, new_environment, serving
from tests.support.redis import RedisServer

DEBIAN = "/usr/bin/python3"
ACCOUNT = "opensandbox-matrix"


@dataclass(frozen=True)
class Install:
    """One row: `python` is a version or a program."""

    name: str
    python: str
    artifact: str = "wheel"
    installer: str = "pip"
    directory: str = "environment"
    read_only: bool = False
    ordinary_user: bool = False
    acceptance: bool = False


INSTALLS = (
    Install("wheel by pip, Python 3.11", "3.11", acceptance=True),
    Install("wheel by pip, Python 3.12", "3.12"),
    Install("wheel by pip, Python 3.13", "3.13"),
    Install("wheel by pip, Python 3.14", "3.14"),
    Install("wheel by uv", "3.12", installer="uv"),
    Install("wheel by uv, as links into its cache", "3.12", installer="uv by links"),
    Install("sdist by pip", "3.12", artifact="sdist"),
    Install("sdist by uv", "3.13", artifact="sdist", installer="uv"),
    Install("Debian's Python", DEBIAN),
    Install("a path with blanks and letters beyond ASCII", "3.12", directory="my environment ä 中"),
    Install("site-packages that nobody may write", "3.12", read_only=True),
    Install("an ordinary user, Debian's Python", DEBIAN, ordinary_user=True),
    Install("an ordinary user, site-packages read-only", DEBIAN, ordinary_user=True, read_only=True),
)


def rows(artifacts: dict[str, Path], only: str = "") -> Iterator[Row]:
    """Try each install whose name holds `only`, with the distributions that were built, and yield what came of it."""
    for install in INSTALLS:
        if only in install.name:
            yield attempt(install.name, partial(use, install, artifacts))


def use(install: Install, artifacts: dict[str, Path]) -> str:
    """Install, do what a user does, and return what was done."""
    python = find_python(install.python)
    with tempfile.TemporaryDirectory(prefix="matrix-") as place, account(install) as user:
        top = Path(place)
        top.chmod(0o755)
        environment = top / install.directory
        home = top / "home"
        home.mkdir(mode=0o700)
        if user is not None:
            # All that an ordinary user has lies where nobody else may look.
            shutil.chown(home, user, user)
            environment = home / install.directory
        # Extras and tools of users' own: the fixtures need pytest, the acceptance file Redis.
        extras = "local,pool-redis" if install.acceptance else "local"
        artifact = Path(shutil.copy(artifacts[install.artifact], top))
        wanted = f"opensandbox[{extras}] @ {artifact.as_uri()}"
        new_environment(
            environment, [wanted, "pytest"], python=python, installer=install.installer, user=user
        )
        if install.read_only:
            make_read_only(environment)
        installed = Installed(environment, home, user)
        try:
            for do in USES.values():
                do(installed)
            if install.acceptance:
                acceptance(installed)
        finally:
            if install.read_only:
                make_read_only(environment, undo=True)
        done = ", ".join([*USES, *(["acceptance"] if install.acceptance else [])])
        version = installed.run("python", "-c", "import sys; print(*sys.version_info[:3], sep='.')").strip()
    return f"{version}: {done}"


def make_read_only(directory: Path, *, undo: bool = False) -> None:
    """Take away every right to write; root, to whom rights mean nothing, gets a read-only mount."""
    if os.getuid() == 0:
        if undo:
            subprocess.run(["umount", directory], check=True)
        else:
            subprocess.run(["mount", "--bind", directory, directory], check=True)
            subprocess.run(["mount", "-o", "remount,ro,bind", directory], check=True)
        return
    subprocess.run(["chmod", "-R", "u+w" if undo else "a-w", directory], check=True)


@contextmanager
def account(install: Install) -> Iterator[str | None]:
    """Make a real account for a block, and remove it with all that it had."""
    if not install.ordinary_user:
        yield None
        return
    if os.getuid() != 0:
        raise Skipped("accounts are made by root only; all other rows were tried as an ordinary user")
    subprocess.run(["useradd", "--user-group", "--no-create-home", ACCOUNT], check=True)
    try:
        yield ACCOUNT
    finally:
        subprocess.run(["userdel", "--force", ACCOUNT], check=True, capture_output=True)


def acceptance(installed: Installed) -> None:
    """Run the promised usage, with pools over Redis and the egress sidecar, from the installed package."""
    with RedisServer() as redis, serving(installed) as domain:
        file = installed.write(
            "acceptance/test_usage.py", (ROOT / "tests/acceptance/test_usage.py").read_text("utf-8")
        )
        # The promised usage passes an empty key where the variable is not set, and an empty key is none.
        key = (installed.home / "state/key").read_text("utf-8").strip()
        variables = {"OPEN_SANDBOX_DOMAIN": domain, "OPEN_SANDBOX_API_KEY": key}
        printed = replace(installed, variables=variables).run(
            "python",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            file,
            OPENSANDBOX_TEST_REDIS_URL=redis.url,
            OPENSANDBOX_TEST_EGRESS="1",
        )
    if "skipped" in printed:
        raise DoesNotWork(f"not all of the promised usage was tried:\n{printed}")
