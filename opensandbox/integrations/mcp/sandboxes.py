"""The sandboxes of one MCP server: they are kept alive while it runs, and end with it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from opensandbox import Sandbox, SandboxManager
from opensandbox.exceptions import SandboxException, SandboxGoneException, SandboxNotFoundException
from opensandbox.integrations.embedded import connection_config_async

if TYPE_CHECKING:
    from types import TracebackType

    from opensandbox.config import ConnectionConfig

__all__ = ["Sandboxes"]

logger = logging.getLogger("opensandbox.integrations.mcp")

LEASE = timedelta(minutes=5)
"""How long a sandbox outlives a server that crashed."""


class Sandboxes:
    """Creates sandboxes, finds them by id, and has one that is used where no id is given.

    The first use decides where they run: see `embedded.connection_config`.
    """

    def __init__(self, image: str, config: ConnectionConfig | None) -> None:
        self._image = image
        self._given = config
        self._config: ConnectionConfig | None = None
        self._known: dict[str, Sandbox] = {}
        self._kept: dict[str, AsyncExitStack] = {}
        """What ends a sandbox that ends with this server."""
        self._default: str | None = None
        self._one_at_a_time = asyncio.Lock()

    async def manager(self) -> SandboxManager:
        """Return a manager of the deployment; the caller closes it."""
        return await SandboxManager.create(await self._connection())

    async def create(self, timeout: float | None = None, **options: Any) -> Sandbox:
        """Create a sandbox that ends with this server, or `timeout` seconds from now if that is given."""
        if not {"image", "snapshot_id"} & options.keys():
            options["image"] = self._image
        sandbox = await Sandbox.create(
            timeout=timeout or LEASE, connection_config=await self._connection(), **options
        )
        stack = AsyncExitStack()
        stack.push_async_callback(sandbox.close)
        if timeout is None:
            stack.push_async_callback(sandbox.kill)
            await stack.enter_async_context(sandbox.keep_alive(LEASE))
        self._known[sandbox.id] = sandbox
        self._kept[sandbox.id] = stack
        return sandbox

    async def get(self, sandbox_id: str | None) -> Sandbox:
        """Return the sandbox of this id, of whatever origin; without an id, the one of this server."""
        async with self._one_at_a_time:
            if sandbox_id is None:
                if self._default is None:
                    self._default = (await self.create()).id
                sandbox_id = self._default
            if sandbox_id not in self._known:
                sandbox = await Sandbox.connect(sandbox_id, connection_config=await self._connection())
                self._known[sandbox_id] = sandbox
                self._kept[sandbox_id] = AsyncExitStack()
                self._kept[sandbox_id].push_async_callback(sandbox.close)
            return self._known[sandbox_id]

    async def kill(self, sandbox_id: str) -> None:
        """End any sandbox."""
        await self._forget(sandbox_id)
        async with await self.manager() as manager:
            await manager.kill_sandbox(sandbox_id, missing_ok=True)

    async def is_gone(self, sandbox_id: str | None) -> bool:
        """Return whether a sandbox that was used has ended, and forget it then."""
        sandbox = self._known.get(sandbox_id or self._default or "")
        if sandbox is None:
            return False
        try:
            await sandbox.get_info()
        except (SandboxNotFoundException, SandboxGoneException):
            await self._forget(sandbox.id)
            return True
        except SandboxException:
            pass  # nobody knows
        return False

    async def _forget(self, sandbox_id: str) -> None:
        self._known.pop(sandbox_id, None)
        if self._default == sandbox_id:
            self._default = None
        stack = self._kept.pop(sandbox_id, None)
        if stack is not None:
            try:
                with suppress(SandboxNotFoundException, SandboxGoneException):
                    await stack.aclose()
            except SandboxException as failure:
                logger.warning("sandbox %s lives until its time runs out: %s", sandbox_id, failure)

    async def _connection(self) -> ConnectionConfig:
        if self._config is None:
            self._config = await connection_config_async(self._given)
        return self._config

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sandbox_id in list(self._kept):
            await self._forget(sandbox_id)
