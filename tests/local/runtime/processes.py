"""What the host sees of sandboxes: their processes, mounts, control groups and files."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def until(condition: Callable[[], object], *, timeout: float = 20.0) -> None:
    """Wait for a condition; fails when it does not come true in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)


def living_in(state_dir: Path) -> list[int]:
    """Processes of the host that have mounts of this state directory."""
    mark = f"{state_dir}/sandboxes/"
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            with contextlib.suppress(OSError):
                if mark in (directory / "mountinfo").read_text():
                    found.append(int(directory.name))
    return found


def state_of(pid: int) -> str:
    """The one-letter state of a process, `X` when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def control_groups(name: str = "opensandbox-") -> list[Path]:
    """Groups that runtimes made on this machine."""
    return [path for path in Path("/sys/fs/cgroup").rglob(f"{name}*") if path.is_dir()]
