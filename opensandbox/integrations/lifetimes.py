"""How long the sandbox of an adapter lives: as long as the adapter is used, and five minutes longer after a crash."""

from __future__ import annotations

import weakref
from contextlib import AsyncExitStack, ExitStack, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opensandbox import Sandbox, SandboxSync
from opensandbox.exceptions import SandboxGoneException, SandboxNotFoundException
from opensandbox.integrations.embedded import connection_config_async, connection_config_sync

if TYPE_CHECKING:
    from opensandbox.config import ConnectionConfig, ConnectionConfigSync

__all__ = ["DEFAULT_IMAGE", "LEASE", "KeptSandbox", "keep_sandbox"]

DEFAULT_IMAGE = "python:3.12"
"""Adapters need a shell and `python3` in the sandbox. (The embedded server has those of the machine for any name.)"""

LEASE = timedelta(minutes=5)
"""How long a sandbox outlives a program that crashed. While the program works, the sandbox is renewed."""


class KeptSandbox:
    """A sandbox that is kept alive until `end`, until this object is collected, or until the process ends."""

    def __init__(
        self, image: str = DEFAULT_IMAGE, config: ConnectionConfigSync | None = None, **options: Any
    ) -> None:
        stack = ExitStack()
        sandbox = SandboxSync.ephemeral(
            image, timeout=LEASE, connection_config=connection_config_sync(config), **options
        )
        self.sandbox = stack.enter_context(sandbox)
        stack.enter_context(self.sandbox.keep_alive(LEASE))
        self.end = weakref.finalize(self, stack.close)


async def keep_sandbox(
    stack: AsyncExitStack, image: str = DEFAULT_IMAGE, config: ConnectionConfig | None = None, **options: Any
) -> Sandbox:
    """Create a sandbox that is kept alive until `stack` is closed, and then ended."""
    sandbox = await Sandbox.create(
        image, timeout=LEASE, connection_config=await connection_config_async(config), **options
    )
    stack.push_async_callback(_end, sandbox)
    await stack.enter_async_context(sandbox.keep_alive(LEASE))
    return sandbox


async def _end(sandbox: Sandbox) -> None:
    with suppress(SandboxNotFoundException, SandboxGoneException):  # it ended before
        await sandbox.destroy()
