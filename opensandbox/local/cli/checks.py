"""What this machine can do for sandboxes: tried, not guessed, as far as that leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from opensandbox.local.runtime import IsolationUnavailable, Runtime, StateDirBusy
from opensandbox.local.runtime.bubblewrap import find_bubblewrap
from opensandbox.local.runtime.cgroups import close_hierarchies, open_hierarchies
from opensandbox.local.runtime.storage import missing_programs
from opensandbox.local.runtime.syscall_filter import missing as missing_filter
from opensandbox.local.runtime.users import Users

if TYPE_CHECKING:
    from collections.abc import Iterator

Outcome = Literal["ok", "limited", "missing"]
GROUPS: Final = (
    "start the server by root, or in a control group that it may write: systemd-run --user --scope -p Delegate=yes "
    "opensandbox-local"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that sandboxes need, how this machine has it, and what to do where it has not."""

    about: str
    outcome: Outcome
    says: str
    advice: str = ""


def findings(state_dir: Path) -> Iterator[Finding]:
    """Yield what was found, the necessary first. `missing` means that no server starts here."""
    yield _programs()
    yield _bubblewrap()
    yield _isolation(state_dir)
    yield from _limits()
    yield _users(state_dir)
    yield _filter()
    yield Finding("network", "ok", "sandboxes reach it through the egress proxy only, as their policy allows")
    yield from _code()
    yield _room(state_dir)


def _programs() -> Finding:
    if missing := missing_programs():
        return Finding(
            "coreutils",
            "missing",
            f"not found: {', '.join(missing)}",
            "install GNU coreutils (apt-get install coreutils)",
        )
    shown = subprocess.run(["cp", "--version"], capture_output=True, text=True, check=False).stdout
    if "GNU" not in shown:
        return Finding(
            "coreutils", "limited", "not GNU's: snapshots and removals may fail", "install GNU coreutils"
        )
    return Finding("coreutils", "ok", shown.partition("\n")[0])


def _bubblewrap() -> Finding:
    try:
        return Finding("bubblewrap", "ok", str(find_bubblewrap()))
    except IsolationUnavailable as error:
        says, _, advice = str(error).partition("; ")
        return Finding("bubblewrap", "missing", says, advice)


def _isolation(state_dir: Path) -> Finding:
    """Start a server's runtime where the state directory is, or will be: it tries namespaces and overlays."""
    place = ""
    try:
        with tempfile.TemporaryDirectory(
            prefix=".", dir=_beside(state_dir), ignore_cleanup_errors=True
        ) as place:
            asyncio.run(_tried(Path(place)))
    except (IsolationUnavailable, StateDirBusy, OSError, ValueError) as error:
        said = str(error).replace(place, str(state_dir)) if place else str(error)
        says, _, advice = said.partition(". ")
        return Finding("isolation", "missing", says, advice or "name another directory with --state-dir")
    return Finding("isolation", "ok", f"namespaces and overlays work, Linux {platform.release()}")


def _beside(state_dir: Path) -> Path:
    """Return where a directory is like the state directory: of the same file system, and with a path that is no longer."""
    above = next(folder for folder in state_dir.absolute().parents if folder.is_dir())
    if state_dir.is_dir() and not (
        os.access(above, os.W_OK) and above.stat().st_dev == state_dir.stat().st_dev
    ):
        return state_dir
    return above


async def _tried(place: Path) -> None:
    async with Runtime(place, spares=0) as runtime:
        pass
    await runtime.remove_tree(place)


def _limits() -> Iterator[Finding]:
    hierarchies = open_hierarchies(f"opensandbox-doctor-{os.getpid()}")
    try:
        for about, place, otherwise in (
            ("memory limit", hierarchies.memory, "for each process instead of all together"),
            ("cpu limit", hierarchies.cpu, "none"),
            ("process limit", hierarchies.pids, _process_limit()),
            ("pause", hierarchies.unified, "by a signal to every process instead of the freezer"),
        ):
            if place is not None:
                yield Finding(about, "ok", "by a control group")
            else:
                yield Finding(about, "limited", otherwise, GROUPS)
    finally:
        close_hierarchies(hierarchies)


def _process_limit() -> str:
    return "none, because root is not counted" if os.geteuid() == 0 else "by RLIMIT_NPROC"


def _users(state_dir: Path) -> Finding:
    users = Users("range")
    try:
        users.find(state_dir)
        reason = users.reason
    finally:
        users.close()
    if reason is None:
        return Finding("users", "ok", "a range of ids for each sandbox, which are nobody on this machine")
    advice = "install uidmap and util-linux, and give yourself ids in /etc/subuid and /etc/subgid"
    return Finding("users", "limited", f"one inside, so chown and su fail: {reason}", advice)


def _filter() -> Finding:
    if reason := missing_filter():
        return Finding("system calls", "limited", reason, "use a machine with an x86-64 or aarch64 processor")
    return Finding("system calls", "ok", f"filtered, for {platform.machine()}")


def _code() -> Iterator[Finding]:
    if find_spec("ipykernel") is None:
        yield Finding(
            "Python code", "limited", "in a kernel without IPython's extras, unless the image has one",
            'pip install "opensandbox[local-code]"',
        )  # fmt: skip
    else:
        yield Finding("Python code", "ok", "by ipykernel")
    if shutil.which("deno") or find_spec("deno"):
        yield Finding("JavaScript code", "ok", "by Deno")
    else:
        yield Finding(
            "JavaScript code",
            "limited",
            "only in images that have Deno",
            'pip install "opensandbox[local-javascript]"',
        )


def _room(state_dir: Path) -> Finding:
    home = next(folder for folder in (state_dir, *state_dir.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(home).free / 2**30
    if free < 1:
        return Finding(
            "disk", "limited", f"{free:.1f} GiB free in {home}", "name a larger place with --state-dir"
        )
    return Finding("disk", "ok", f"{free:.0f} GiB free in {home}")
