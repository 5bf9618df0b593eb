"""State directories that go away with their server, also when it was killed: the next one removes what is left."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.runtime import IsolationUnavailable, Runtime, StateDirBusy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_PREFIX = "opensandbox-"


@contextlib.asynccontextmanager
async def temporary_state_dir() -> AsyncIterator[Path]:
    """A private directory of its own, removed at the end of the block."""
    await _remove_orphans(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as directory:
        yield Path(directory)


async def _remove_orphans(parent: Path) -> None:
    for directory in parent.glob(f"{_PREFIX}*"):
        # A server that lives holds the lock; one that only begins has not made the file yet.
        if not (_is_ours(directory) and (directory / "lock").is_file()):
            continue
        with contextlib.suppress(StateDirBusy, IsolationUnavailable, OSError, ValueError):
            # A runtime sweeps at its start: processes, control groups and files that plain removal cannot reach.
            async with Runtime(directory, spares=0) as runtime:
                pass
            await runtime.remove_tree(directory)


def _is_ours(directory: Path) -> bool:
    try:
        facts = directory.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid()
