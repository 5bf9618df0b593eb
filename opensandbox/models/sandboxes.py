"""Sandboxes themselves, and the published home of everything else that describes them.

Images, networks, volumes, hooks, credentials, snapshots, endpoints and metrics have modules of their
own beside this one; their names can be imported from here as well.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from opensandbox._core.lazy import lazy_exports
from opensandbox.models.base import Answer
from opensandbox.models.images import PlatformSpec, SandboxImageAuth, SandboxImageSpec
from opensandbox.models.pagination import PageFilter, PaginationInfo

if TYPE_CHECKING:
    from opensandbox.models.credentials import (
        Credential,
        CredentialAuth,
        CredentialAuthMetadata,
        CredentialBinding,
        CredentialBindingListResponse,
        CredentialBindingMetadata,
        CredentialBindingMutationSet,
        CredentialListResponse,
        CredentialMatch,
        CredentialMetadata,
        CredentialMutationSet,
        CredentialProxyConfig,
        CredentialSubstitution,
        CredentialVaultPatchRequest,
        CredentialVaultState,
        CustomHeaderEntry,
        InlineCredentialSource,
    )
    from opensandbox.models.endpoints import EndpointRoute, SandboxEndpoint
    from opensandbox.models.hooks import LifecycleHook, PeriodicLifecycleHook, SandboxLifecycle
    from opensandbox.models.metrics import SandboxMetrics
    from opensandbox.models.network import NetworkPolicy, NetworkRule
    from opensandbox.models.policies import ActivityProbe, IdlePolicy, RenewalPolicy
    from opensandbox.models.snapshots import (
        CreateSnapshotRequest,
        PagedSnapshotInfos,
        SnapshotFilter,
        SnapshotInfo,
        SnapshotStatus,
    )
    from opensandbox.models.volumes import OSSFS, PVC, Host, Volume

__all__ = [
    "ActivityProbe",
    "CreateSnapshotRequest",
    "Credential",
    "CredentialAuth",
    "CredentialAuthMetadata",
    "CredentialBinding",
    "CredentialBindingListResponse",
    "CredentialBindingMetadata",
    "CredentialBindingMutationSet",
    "CredentialListResponse",
    "CredentialMatch",
    "CredentialMetadata",
    "CredentialMutationSet",
    "CredentialProxyConfig",
    "CredentialSubstitution",
    "CredentialVaultPatchRequest",
    "CredentialVaultState",
    "CustomHeaderEntry",
    "EndpointRoute",
    "Host",
    "IdlePolicy",
    "InlineCredentialSource",
    "LifecycleHook",
    "NetworkPolicy",
    "NetworkRule",
    "OSSFS",
    "PVC",
    "PagedSandboxInfos",
    "PagedSnapshotInfos",
    "PaginationInfo",
    "PeriodicLifecycleHook",
    "PlatformSpec",
    "RenewalPolicy",
    "SandboxAllocation",
    "SandboxCreateResponse",
    "SandboxEndpoint",
    "SandboxFilter",
    "SandboxImageAuth",
    "SandboxImageSpec",
    "SandboxInfo",
    "SandboxLifecycle",
    "SandboxMetrics",
    "SandboxOrigin",
    "SandboxRenewResponse",
    "SandboxState",
    "SandboxStatus",
    "SnapshotFilter",
    "SnapshotInfo",
    "SnapshotStatus",
    "Volume",
]


__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox.models.credentials": """
            Credential CredentialAuth CredentialAuthMetadata CredentialBinding
            CredentialBindingListResponse CredentialBindingMetadata CredentialBindingMutationSet
            CredentialListResponse CredentialMatch CredentialMetadata CredentialMutationSet
            CredentialProxyConfig CredentialSubstitution CredentialVaultPatchRequest
            CredentialVaultState CustomHeaderEntry InlineCredentialSource
        """,
        "opensandbox.models.endpoints": "EndpointRoute SandboxEndpoint",
        "opensandbox.models.hooks": "LifecycleHook PeriodicLifecycleHook SandboxLifecycle",
        "opensandbox.models.metrics": "SandboxMetrics",
        "opensandbox.models.policies": "ActivityProbe IdlePolicy RenewalPolicy",
        "opensandbox.models.network": "NetworkPolicy NetworkRule",
        "opensandbox.models.snapshots": "CreateSnapshotRequest PagedSnapshotInfos SnapshotFilter SnapshotInfo SnapshotStatus",
        "opensandbox.models.volumes": "Host OSSFS PVC Volume",
    },
)


class SandboxState:
    """Words for the state of a sandbox; a server may use others, so compare `status.state` with `==`."""

    PENDING: ClassVar[str] = "Pending"
    RUNNING: ClassVar[str] = "Running"
    PAUSING: ClassVar[str] = "Pausing"
    PAUSED: ClassVar[str] = "Paused"
    STOPPING: ClassVar[str] = "Stopping"
    TERMINATED: ClassVar[str] = "Terminated"
    FAILED: ClassVar[str] = "Failed"
    UNKNOWN: ClassVar[str] = "Unknown"

    @classmethod
    def values(cls) -> set[str]:
        """Return all the words."""
        return {value for name, value in vars(cls).items() if name.isupper()}


class SandboxOrigin:
    """What a sandbox was made from, as far as it matters to the way it is reached."""

    TEMPLATE: ClassVar[str] = "template"
    UNKNOWN: ClassVar[str] = "unknown"

    @classmethod
    def values(cls) -> set[str]:
        """Return all the words."""
        return {value for name, value in vars(cls).items() if name.isupper()}


class SandboxStatus(Answer):
    """The state of a sandbox, and what the server says about it."""

    state: str
    reason: str | None = None
    message: str | None = None
    last_transition_at: datetime | None = None


class SandboxAllocation(Answer):
    """The pool of the server's that a sandbox was taken from."""

    mode: str
    pool_ref: str
    state: str


class SandboxInfo(Answer):
    """A sandbox as the server describes it; `expires_at` is `None` when it lives until it is killed."""

    id: str
    status: SandboxStatus
    entrypoint: list[str]
    expires_at: datetime | None = None
    created_at: datetime
    image: SandboxImageSpec | None = None
    snapshot_id: str | None = None
    platform: PlatformSpec | None = None
    allocation: SandboxAllocation | None = None
    metadata: dict[str, str] | None = None
    extensions: dict[str, str] | None = None


class SandboxCreateResponse(Answer):
    """The id that a new sandbox got, and what the server settled for it."""

    id: str
    platform: PlatformSpec | None = None
    extensions: dict[str, str] | None = None


class SandboxRenewResponse(Answer):
    """The new end of a sandbox's life."""

    expires_at: datetime


class SandboxFilter(PageFilter):
    """Which sandboxes to list: in any of the states, and with all of the metadata.

    Calls refuse a state that looks like a misspelt one (`InvalidArgumentException`). Words of newer servers are sent as they are.
    """

    states: list[str] | None = None
    metadata: dict[str, str] | None = None


class PagedSandboxInfos(Answer):
    """One page of sandboxes."""

    sandbox_infos: list[SandboxInfo]
    pagination: PaginationInfo
