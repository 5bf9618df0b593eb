"""The control plane: sandboxes, snapshots, templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from opensandbox.models import (
        CreateSnapshotRequest,
        CreateTemplateRequest,
        CredentialProxyConfig,
        IdlePolicy,
        NetworkPolicy,
        PagedSandboxInfos,
        PagedSnapshotInfos,
        PagedTemplateInfos,
        PlatformSpec,
        SandboxCreateResponse,
        SandboxEndpoint,
        SandboxFilter,
        SandboxImageSpec,
        SandboxInfo,
        SandboxLifecycle,
        SandboxRenewResponse,
        SnapshotFilter,
        SnapshotInfo,
        TemplateFilter,
        TemplateInfo,
        Volume,
    )


class Sandboxes(Protocol):
    """Everything the server does with sandboxes, one request each."""

    async def create_sandbox(
        self,
        spec: SandboxImageSpec | None,
        entrypoint: list[str] | None,
        env: Mapping[str, str],
        metadata: Mapping[str, str],
        timeout: timedelta | float | None,
        resource: Mapping[str, str],
        network_policy: NetworkPolicy | None,
        extensions: Mapping[str, str],
        volumes: Sequence[Volume] | None,
        platform: PlatformSpec | None = None,
        secure_access: bool = False,
        snapshot_id: str | None = None,
        credential_proxy: CredentialProxyConfig | None = None,
        resource_requests: Mapping[str, str] | None = None,
        lifecycle: SandboxLifecycle | None = None,
    ) -> SandboxCreateResponse:
        """Ask for a new sandbox from an image or a snapshot; it is not ready yet."""
        ...

    async def create_sandbox_from_template(
        self,
        template_id: str,
        timeout: timedelta | float,
        metadata: Mapping[str, str] | None = None,
        network_policy: NetworkPolicy | None = None,
        extensions: Mapping[str, str] | None = None,
        idle_policy: IdlePolicy | None = None,
    ) -> SandboxCreateResponse:
        """Ask for a new sandbox from a template."""
        ...

    async def get_sandbox_info(self, sandbox_id: str) -> SandboxInfo:
        """Return what the server knows about a sandbox."""
        ...

    async def list_sandboxes(self, filter: SandboxFilter) -> PagedSandboxInfos:
        """Return one page of sandboxes."""
        ...

    async def patch_sandbox_metadata(self, sandbox_id: str, patch: Mapping[str, str | None]) -> SandboxInfo:
        """Set metadata; `None` removes a key."""
        ...

    async def get_sandbox_endpoint(
        self, sandbox_id: str, port: int, use_server_proxy: bool = False
    ) -> SandboxEndpoint:
        """Return the address of a port; it may come from the cache."""
        ...

    async def get_signed_sandbox_endpoint(
        self, sandbox_id: str, port: int, expires: int, use_server_proxy: bool = False
    ) -> SandboxEndpoint:
        """Return an address that needs no headers and ends at `expires` (Unix seconds)."""
        ...

    def invalidate_endpoint_cache(self, sandbox_id: str) -> None:
        """Forget the addresses of a sandbox."""
        ...

    async def pause_sandbox(self, sandbox_id: str) -> None:
        """Ask the server to pause a sandbox."""
        ...

    async def resume_sandbox(self, sandbox_id: str) -> None:
        """Ask the server to resume a paused sandbox."""
        ...

    async def renew_sandbox_expiration(
        self, sandbox_id: str, new_expiration_time: datetime
    ) -> SandboxRenewResponse:
        """Move the end of a sandbox's life, to later or earlier."""
        ...

    async def kill_sandbox(self, sandbox_id: str) -> None:
        """Remove a sandbox."""
        ...

    async def create_snapshot(
        self, sandbox_id: str, request: CreateSnapshotRequest | None = None
    ) -> SnapshotInfo:
        """Ask for a snapshot of a sandbox; it is not ready yet."""
        ...

    async def get_snapshot(self, snapshot_id: str) -> SnapshotInfo:
        """Return what the server knows about a snapshot."""
        ...

    async def list_snapshots(self, filter: SnapshotFilter) -> PagedSnapshotInfos:
        """Return one page of snapshots."""
        ...

    async def delete_snapshot(self, snapshot_id: str) -> None:
        """Remove a snapshot."""
        ...

    async def create_template(self, request: CreateTemplateRequest) -> TemplateInfo:
        """Ask for a template to be built; it is not ready yet."""
        ...

    async def get_template(self, template_id: str) -> TemplateInfo:
        """Return what the server knows about a template."""
        ...

    async def list_templates(self, filter: TemplateFilter) -> PagedTemplateInfos:
        """Return one page of templates."""
        ...

    async def delete_template(self, template_id: str) -> None:
        """Remove a template."""
        ...


__getattr__ = public_names(__name__)
