"""The values that the SDK takes and gives back.

The names most programs need can be imported from here; the modules below hold all of them:
`sandboxes` (with images, networks, volumes, credentials, snapshots), `execd` and `execd_sync`
(commands and code), `filesystem`, `isolated`, `templates`, `diagnostics`.
"""

from typing import TYPE_CHECKING

from opensandbox._lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox.models.credentials import (
        Credential,
        CredentialAuth,
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
    from opensandbox.models.diagnostics import DiagnosticContent
    from opensandbox.models.endpoints import SandboxEndpoint
    from opensandbox.models.execd import (
        CommandLogs,
        CommandStatus,
        Execution,
        ExecutionComplete,
        ExecutionError,
        ExecutionInit,
        ExecutionLogs,
        ExecutionResult,
        OutputMessage,
    )
    from opensandbox.models.filesystem import (
        ContentReplaceEntry,
        ContentReplaceResult,
        DirectoryListEntry,
        EntryInfo,
        MoveEntry,
        SearchEntry,
        SetPermissionEntry,
        WriteEntry,
    )
    from opensandbox.models.hooks import LifecycleHook, PeriodicLifecycleHook, SandboxLifecycle
    from opensandbox.models.images import PlatformSpec, SandboxImageAuth, SandboxImageSpec
    from opensandbox.models.isolated import (
        BindMount,
        CreateIsolatedSessionRequest,
        EnvPassthroughSpec,
        IsolatedCapabilities,
        IsolatedOverlaySpec,
        IsolatedRunOpts,
        IsolatedSessionInfo,
        IsolatedSessionState,
        IsolatedSessionSummary,
        IsolatedWorkspaceSpec,
    )
    from opensandbox.models.metrics import SandboxMetrics
    from opensandbox.models.network import NetworkPolicy, NetworkRule
    from opensandbox.models.pagination import PaginationInfo
    from opensandbox.models.sandboxes import (
        PagedSandboxInfos,
        SandboxAllocation,
        SandboxCreateResponse,
        SandboxFilter,
        SandboxInfo,
        SandboxState,
        SandboxStatus,
    )
    from opensandbox.models.volumes import PVC, Host, Volume

__all__ = [
    "BindMount",
    "CommandLogs",
    "CommandStatus",
    "ContentReplaceEntry",
    "ContentReplaceResult",
    "CreateIsolatedSessionRequest",
    "Credential",
    "CredentialAuth",
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
    "DiagnosticContent",
    "DirectoryListEntry",
    "EntryInfo",
    "EnvPassthroughSpec",
    "Execution",
    "ExecutionComplete",
    "ExecutionError",
    "ExecutionInit",
    "ExecutionLogs",
    "ExecutionResult",
    "Host",
    "InlineCredentialSource",
    "IsolatedCapabilities",
    "IsolatedOverlaySpec",
    "IsolatedRunOpts",
    "IsolatedSessionInfo",
    "IsolatedSessionState",
    "IsolatedSessionSummary",
    "IsolatedWorkspaceSpec",
    "LifecycleHook",
    "MoveEntry",
    "NetworkPolicy",
    "NetworkRule",
    "OutputMessage",
    "PVC",
    "PagedSandboxInfos",
    "PaginationInfo",
    "PeriodicLifecycleHook",
    "PlatformSpec",
    "SandboxAllocation",
    "SandboxCreateResponse",
    "SandboxEndpoint",
    "SandboxFilter",
    "SandboxImageAuth",
    "SandboxImageSpec",
    "SandboxInfo",
    "SandboxLifecycle",
    "SandboxMetrics",
    "SandboxState",
    "SandboxStatus",
    "SearchEntry",
    "SetPermissionEntry",
    "Volume",
    "WriteEntry",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox.models.credentials": """
            Credential CredentialAuth CredentialBinding CredentialBindingListResponse
            CredentialBindingMetadata CredentialBindingMutationSet CredentialListResponse
            CredentialMatch CredentialMetadata CredentialMutationSet CredentialProxyConfig
            CredentialSubstitution CredentialVaultPatchRequest CredentialVaultState CustomHeaderEntry
            InlineCredentialSource
        """,
        "opensandbox.models.diagnostics": "DiagnosticContent",
        "opensandbox.models.endpoints": "SandboxEndpoint",
        "opensandbox.models.execd": """
            CommandLogs CommandStatus Execution ExecutionComplete ExecutionError ExecutionInit
            ExecutionLogs ExecutionResult OutputMessage
        """,
        "opensandbox.models.filesystem": """
            ContentReplaceEntry ContentReplaceResult DirectoryListEntry EntryInfo MoveEntry SearchEntry
            SetPermissionEntry WriteEntry
        """,
        "opensandbox.models.hooks": "LifecycleHook PeriodicLifecycleHook SandboxLifecycle",
        "opensandbox.models.images": "PlatformSpec SandboxImageAuth SandboxImageSpec",
        "opensandbox.models.isolated": """
            BindMount CreateIsolatedSessionRequest EnvPassthroughSpec IsolatedCapabilities
            IsolatedOverlaySpec IsolatedRunOpts IsolatedSessionInfo IsolatedSessionState
            IsolatedSessionSummary IsolatedWorkspaceSpec
        """,
        "opensandbox.models.metrics": "SandboxMetrics",
        "opensandbox.models.network": "NetworkPolicy NetworkRule",
        "opensandbox.models.pagination": "PaginationInfo",
        "opensandbox.models.sandboxes": """
            PagedSandboxInfos SandboxAllocation SandboxCreateResponse SandboxFilter SandboxInfo
            SandboxState SandboxStatus
        """,
        "opensandbox.models.volumes": "Host PVC Volume",
    },
)
