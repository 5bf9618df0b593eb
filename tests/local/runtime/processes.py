"""What the host sees of sandboxes: their processes, mounts, control groups and files."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.runtime.state import StateDir

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


def started_for(state_dir: Path) -> list[int]:
    """First processes of sandboxes of this state directory, from their first moment on, before they mount anything."""
    mark = f"OPENSANDBOX_STATE_DIR={state_dir}".encode()
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            with contextlib.suppress(OSError):
                if mark in (directory / "environ").read_bytes().split(b"\0"):
                    found.append(int(directory.name))
    return found


def control_groups(state_dir: Path) -> list[Path]:
    """Groups that a runtime with this state directory has on this machine."""
    name = StateDir(state_dir).group_name
    # Not by `rglob`, which fails when a group of somebody else's goes meanwhile.
    return [Path(place) / name for place, groups, _ in os.walk("/sys/fs/cgroup") if name in groups]
