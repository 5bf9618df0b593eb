"""Sandboxes on this machine: bubblewrap for isolation, overlays for files, control groups for limits.

runtime.py      what the server calls          box.py       one running sandbox
bubblewrap.py   the options that isolate       root.py      what is visible inside
process.py      start, ready, end              spares.py    sandboxes started ahead
state.py        the state directory            storage.py   copying and removing trees
turns.py        whose turn it is to start      pythons.py   one Python for all programs inside
packages.py     packages for every sandbox     package_cache.py  where they are kept
ground.py       what is below all writes       layout.py    one sandbox's directories and mounts
beneath.py      what lies where a sandbox may write, opened once
users.py        ids for users of sandboxes      stage.py     directories mounted so that they are these users'
syscalls.py     which system calls may be made  syscall_filter.py  the same, compiled
"""

from __future__ import annotations

from opensandbox.local.runtime.box import Box
from opensandbox.local.runtime.errors import (
    IsolationUnavailable,
    LaunchFailed,
    PackagesUnavailable,
    QueueFull,
    StateDirBusy,
)
from opensandbox.local.runtime.package_cache import remove_packages
from opensandbox.local.runtime.runtime import Runtime
from opensandbox.local.runtime.spec import DEFAULT_PIDS, BoxSpec, Mount
from opensandbox.local.runtime.turns import Turns

__all__ = [
    "DEFAULT_PIDS",
    "Box",
    "BoxSpec",
    "IsolationUnavailable",
    "LaunchFailed",
    "Mount",
    "PackagesUnavailable",
    "QueueFull",
    "Runtime",
    "StateDirBusy",
    "Turns",
    "remove_packages",
]
