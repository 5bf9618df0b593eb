"""Tools for sandboxes and snapshots."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from opensandbox.integrations.mcp.tool import ADDS, CHANGES, READS, Toolset, tool
from opensandbox.models.sandboxes import SandboxInfo, SandboxMetrics, SnapshotInfo


class State(BaseModel):
    """What is known about a sandbox."""

    sandbox_id: str
    state: str
    image: str | None
    metadata: dict[str, str]
    expires_at: datetime | None
    healthy: bool | None = None

    @classmethod
    def of(cls, info: SandboxInfo) -> State:
        """Return what an agent needs of a record."""
        return cls(
            sandbox_id=info.id,
            state=info.status.state,
            image=None if info.image is None else info.image.image,
            metadata=info.metadata or {},
            expires_at=info.expires_at,
        )


class Endpoint(BaseModel):
    """An address without scheme, and the headers that requests to it need."""

    endpoint: str
    headers: dict[str, str]


class LifecycleTools(Toolset):
    """Create, find and end sandboxes."""

    @tool(ADDS)
    async def sandbox_create(
        self,
        image: str | None = None,
        snapshot_id: str | None = None,
        timeout_seconds: float | None = None,
        env: dict[str, str] | None = None,
        metadata: dict[str, str] | None = None,
        resource: dict[str, str] | None = None,
    ) -> State:
        """Create an isolated sandbox from an image or a snapshot. It ends with this server, or after timeout_seconds.

        Needed for a second sandbox, or another image, only: the other tools create one when they are first used without sandbox_id.
        """
        given = {
            "image": image,
            "snapshot_id": snapshot_id,
            "env": env,
            "metadata": metadata,
            "resource": resource,
        }
        options = {name: value for name, value in given.items() if value is not None}
        return State.of(await (await self.sandboxes.create(timeout_seconds, **options)).get_info())

    @tool(READS)
    async def sandbox_list(
        self, states: list[str] | None = None, metadata: dict[str, str] | None = None
    ) -> list[State]:
        """List the newest hundred sandboxes of the deployment, also those that others created."""
        async with await self.sandboxes.manager() as manager:
            page = await manager.list_sandbox_infos(
                {"states": states, "metadata": metadata, "page_size": 100}
            )
        return [State.of(info) for info in page.sandbox_infos]

    @tool(READS)
    async def sandbox_get_info(self, sandbox_id: str | None = None) -> State:
        """Return the state, expiry and labels of a sandbox, and whether it is healthy."""
        sandbox = await self.sandbox(sandbox_id)
        state = State.of(await sandbox.get_info())
        state.healthy = state.state == "Running" and await sandbox.is_healthy()
        return state

    @tool(READS)
    async def sandbox_get_metrics(self, sandbox_id: str | None = None) -> SandboxMetrics:
        """Measure processor and memory use of a sandbox. Takes about a second."""
        return await (await self.sandbox(sandbox_id)).get_metrics()

    @tool(READS)
    async def sandbox_get_endpoint(self, port: int, sandbox_id: str | None = None) -> Endpoint:
        """Return the address of a port of a sandbox, where a program inside listens."""
        endpoint = await (await self.sandbox(sandbox_id)).get_endpoint(port)
        return Endpoint(endpoint=endpoint.endpoint, headers=endpoint.headers)

    @tool(ADDS)
    async def sandbox_renew(self, timeout_seconds: float, sandbox_id: str | None = None) -> State:
        """Let a sandbox end timeout_seconds from now. Those that end with this server are renewed by it."""
        sandbox = await self.sandbox(sandbox_id)
        await sandbox.renew(timeout_seconds)
        return State.of(await sandbox.get_info())

    @tool(ADDS)
    async def sandbox_pause(self, sandbox_id: str | None = None) -> State:
        """Freeze every process of a sandbox; sandbox_resume continues them."""
        sandbox = await self.sandbox(sandbox_id)
        await sandbox.pause()
        return State.of(await sandbox.wait_for_state("Paused"))

    @tool(ADDS)
    async def sandbox_resume(self, sandbox_id: str) -> State:
        """Continue a paused sandbox."""
        async with await self.sandboxes.manager() as manager:
            await manager.resume_sandbox(sandbox_id)
        return State.of(await (await self.sandbox(sandbox_id)).wait_for_state("Running"))

    @tool(CHANGES)
    async def sandbox_kill(self, sandbox_id: str) -> None:
        """End a sandbox for good; its files are gone."""
        await self.sandboxes.kill(sandbox_id)

    @tool(ADDS)
    async def snapshot_create(self, name: str | None = None, sandbox_id: str | None = None) -> SnapshotInfo:
        """Save the files of a sandbox; sandbox_create(snapshot_id=...) starts from them."""
        snapshot = await (await self.sandbox(sandbox_id)).create_snapshot(name)
        async with await self.sandboxes.manager() as manager:
            return await manager.wait_for_snapshot(snapshot.id, polling_interval=0.2)

    @tool(READS)
    async def snapshot_list(self, sandbox_id: str | None = None) -> list[SnapshotInfo]:
        """List the snapshots of the deployment, or those of one sandbox."""
        async with await self.sandboxes.manager() as manager:
            return (await manager.list_snapshots({"sandbox_id": sandbox_id})).snapshot_infos

    @tool(CHANGES)
    async def snapshot_delete(self, snapshot_id: str) -> None:
        """Delete a snapshot."""
        async with await self.sandboxes.manager() as manager:
            await manager.delete_snapshot(snapshot_id)
