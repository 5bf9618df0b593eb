"""What the server has, seen through the SDK's own manager: frameworks keep their sandboxes to themselves, but label them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from recording import API_KEY, DOMAIN

from opensandbox import Sandbox, SandboxManager
from opensandbox.config import ConnectionConfig
from opensandbox.models.sandboxes import SandboxFilter, SandboxInfo


def config() -> ConnectionConfig:
    """Return the way to the server."""
    return ConnectionConfig(domain=DOMAIN, api_key=API_KEY, protocol="http")


@asynccontextmanager
async def managing() -> AsyncIterator[SandboxManager]:
    """Have a manager for as long as the block lasts."""
    manager = await SandboxManager.create(connection_config=config())
    try:
        yield manager
    finally:
        await manager.close()


async def sandboxes(**labels: str) -> list[SandboxInfo]:
    """Return the sandboxes with these labels."""
    async with managing() as manager:
        return list((await manager.list_sandbox_infos(SandboxFilter(metadata=labels or None))).sandbox_infos)


async def count() -> int:
    """Return how many sandboxes there are."""
    return len(await sandboxes())


async def only(**labels: str) -> SandboxInfo:
    """Return the one sandbox with these labels."""
    (info,) = await sandboxes(**labels)
    return info


async def kill(**labels: str) -> None:
    """End the one sandbox with these labels, behind the back of the framework."""
    async with managing() as manager:
        await manager.kill_sandbox((await only(**labels)).id)


@asynccontextmanager
async def reached(**labels: str) -> AsyncIterator[Sandbox]:
    """Have the one sandbox with these labels for as long as the block lasts."""
    sandbox = await Sandbox.connect((await only(**labels)).id, connection_config=config())
    try:
        yield sandbox
    finally:
        await sandbox.close()


async def snapshot(**labels: str) -> str:
    """Take a snapshot of the one sandbox with these labels, wait for it, and return its id."""
    async with reached(**labels) as sandbox, managing() as manager:
        taken = await sandbox.create_snapshot("kept")
        while (await manager.get_snapshot(taken.id)).status.state not in ("Ready", "Failed"):
            await asyncio.sleep(0.1)
        return taken.id
