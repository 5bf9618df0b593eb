"""Copy and remove what sandboxes wrote.

Their files may carry any mode, their trees any depth and any link, so the work is left to coreutils; for an ordinary
user it runs as the root of a user namespace, because overlays leave directories that even their owner cannot list.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensandbox.local import deep_trees
from opensandbox.local.runtime.bubblewrap import owner_options
from opensandbox.local.runtime.process import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from opensandbox.local.runtime.users import UserNamespace

MOST_SAID = 500
PROGRAMS = ("cp", "rm")


def missing_programs() -> list[str]:
    """Return the programs that are needed here and that this machine does not have."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who may change what sandboxes wrote: root, and else the root of a user namespace, with the users that the sandboxes have."""

    bwrap: Path
    users: UserNamespace | None = None

    def command(self, *command: str) -> list[str]:
        """What runs a command so."""
        if os.geteuid() == 0:
            return list(command)
        entry = self.users.enter() if self.users else ()
        return [*entry, str(self.bwrap), *owner_options(ranged=self.users is not None), "--", *command]


async def remove_tree(owner: Owner, path: Path) -> None:
    """Remove `path` and everything below it, following no links. Harmless when it does not exist.

    Raises OSError when something stays. Cancellation waits for the end.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        return
    await _run(owner, "rm", "-rf", "--one-file-system", "--", str(path))


async def copy_tree(owner: Owner, source: Path, target: Path, *, link: bool = False) -> None:
    """Copy the directory `source` to the new directory `target`, with modes, links, whiteouts and attributes.

    With `link` files are shared by hard links; only for trees that nobody changes any more. Raises OSError.
    Cancellation waits for the end.
    """
    how = "--link" if link else "--reflink=auto"
    try:
        await _run(owner, "cp", "-a", how, "-T", "--", str(source), str(target))
    except OSError as error:
        if os.strerror(errno.ENAMETOOLONG) not in str(error):
            raise
        await remove_tree(owner, target)
        await _run(owner, sys.executable, "-I", deep_trees.__file__, str(source), str(target))


async def _run(owner: Owner, *command: str) -> None:
    status, complaint = await uninterrupted(_outcome(owner.command(*command)))
    if status:
        lines = complaint.decode(errors="replace").strip()
        raise OSError(f"{os.path.basename(command[0])} failed: {lines[-MOST_SAID:]}")


async def _outcome(argv: Sequence[str]) -> tuple[int | None, bytes]:
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=nowhere,
        stdout=nowhere,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    _, complaint = await process.communicate()
    return process.returncode, complaint
