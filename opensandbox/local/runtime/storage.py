"""Copy and remove what sandboxes wrote.

Their files may carry any mode, their trees any depth and any link, so the work is left to coreutils; for an ordinary
user it runs as the root of a user namespace, because overlays leave directories that even their owner cannot list.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from opensandbox.local.runtime.bubblewrap import owner_options

if TYPE_CHECKING:
    from pathlib import Path


async def remove_tree(bwrap: Path, path: Path) -> None:
    """Remove `path` and everything below it, following no links. Harmless when it does not exist.

    Raises OSError when something stays.
    """
    if os.path.lexists(path):
        await _run(bwrap, "rm", "-rf", "--one-file-system", "--", str(path))


async def copy_tree(bwrap: Path, source: Path, target: Path, *, link: bool = False) -> None:
    """Copy the directory `source` to the new directory `target`, with modes, links, whiteouts and attributes.

    With `link` files are shared by hard links; only for trees that nobody changes any more. Raises OSError.
    """
    how = "--link" if link else "--reflink=auto"
    await _run(bwrap, "cp", "-a", how, "-T", "--", str(source), str(target))


async def _run(bwrap: Path, *command: str) -> None:
    argv = list(command)
    if os.geteuid() != 0:
        argv = [str(bwrap), *owner_options(), "--", *command]
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, complaint = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await asyncio.shield(process.wait())
        raise
    if process.returncode:
        raise OSError(f"{command[0]} failed: {complaint.decode(errors='replace').strip()}")
