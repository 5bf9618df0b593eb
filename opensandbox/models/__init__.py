"""The values that the SDK takes and gives back; all of them can be imported from here.

They live in modules by subject: `sandboxes` (which passes on images, networks, volumes, credentials and
snapshots too), `execd` and `execd_sync` (commands and code), `filesystem`, `isolated`, `templates`,
`diagnostics`. Nothing is loaded before it is used.
"""

from typing import TYPE_CHECKING

from opensandbox._core.lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox.models.changes import FileChange, UploadLink
    from opensandbox.models.code import CodeContext
    from opensandbox.models.creation import CreationProgress, CreationStep
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
    from opensandbox.models.diagnostics import DiagnosticContent, DiagnosticContext
    from opensandbox.models.endpoints import EndpointRoute, SandboxEndpoint
    from opensandbox.models.execd import (
        CommandLogs,
        CommandStatus,
        Execution,
        ExecutionComplete,
        ExecutionError,
        ExecutionHandlers,
        ExecutionInit,
        ExecutionLogs,
        ExecutionResult,
        OutputMessage,
        RunCommandOpts,
    )
    from opensandbox.models.execd_sync import ExecutionHandlersSync
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
        HardeningLayerState,
        HardeningStatus,
        IsolatedBackgroundRun,
        IsolatedCapabilities,
        IsolatedOverlaySpec,
        IsolatedRunLogs,
        IsolatedRunOpts,
        IsolatedRunStatus,
        IsolatedSessionInfo,
        IsolatedSessionState,
        IsolatedSessionSummary,
        IsolatedWorkspaceSpec,
    )
    from opensandbox.models.metrics import SandboxMetrics
    from opensandbox.models.network import NetworkPolicy, NetworkRule
    from opensandbox.models.pagination import PaginationInfo
    from opensandbox.models.policies import ActivityProbe, IdlePolicy, RenewalPolicy
    from opensandbox.models.processes import ProcessInfo
    from opensandbox.models.responses import ResponseInfo
    from opensandbox.models.sandboxes import (
        PagedSandboxInfos,
        SandboxAllocation,
        SandboxCreateResponse,
        SandboxFilter,
        SandboxInfo,
        SandboxOrigin,
        SandboxRenewResponse,
        SandboxState,
        SandboxStatus,
    )
    from opensandbox.models.snapshots import (
        CreateSnapshotRequest,
        PagedSnapshotInfos,
        SnapshotFilter,
        SnapshotInfo,
        SnapshotStatus,
    )
    from opensandbox.models.sweeps import SweepReport
    from opensandbox.models.templates import (
        CreateTemplateRequest,
        PagedTemplateInfos,
        TemplateFilter,
        TemplateInfo,
        TemplatePhase,
        TemplateReadiness,
        TemplateStatus,
    )
    from opensandbox.models.terminals import TerminalOutput, TerminalStatus
    from opensandbox.models.volumes import OSSFS, PVC, Host, Volume

__all__ = [
    "ActivityProbe",
    "BindMount",
    "CodeContext",
    "CommandLogs",
    "CommandStatus",
    "ContentReplaceEntry",
    "ContentReplaceResult",
    "CreateIsolatedSessionRequest",
    "CreateSnapshotRequest",
    "CreateTemplateRequest",
    "CreationProgress",
    "CreationStep",
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
    "DiagnosticContent",
    "DiagnosticContext",
    "DirectoryListEntry",
    "EndpointRoute",
    "EntryInfo",
    "EnvPassthroughSpec",
    "Execution",
    "ExecutionComplete",
    "ExecutionError",
    "ExecutionHandlers",
    "ExecutionHandlersSync",
    "ExecutionInit",
    "ExecutionLogs",
    "ExecutionResult",
    "FileChange",
    "HardeningLayerState",
    "HardeningStatus",
    "Host",
    "IdlePolicy",
    "InlineCredentialSource",
    "IsolatedBackgroundRun",
    "IsolatedCapabilities",
    "IsolatedOverlaySpec",
    "IsolatedRunLogs",
    "IsolatedRunOpts",
    "IsolatedRunStatus",
    "IsolatedSessionInfo",
    "IsolatedSessionState",
    "IsolatedSessionSummary",
    "IsolatedWorkspaceSpec",
    "LifecycleHook",
    "MoveEntry",
    "NetworkPolicy",
    "NetworkRule",
    "OSSFS",
    "OutputMessage",
    "PVC",
    "PagedSandboxInfos",
    "PagedSnapshotInfos",
    "PagedTemplateInfos",
    "PaginationInfo",
    "PeriodicLifecycleHook",
    "PlatformSpec",
    "ProcessInfo",
    "RenewalPolicy",
    "ResponseInfo",
    "RunCommandOpts",
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
    "SearchEntry",
    "SetPermissionEntry",
    "SnapshotFilter",
    "SnapshotInfo",
    "SnapshotStatus",
    "SweepReport",
    "TemplateFilter",
    "TemplateInfo",
    "TemplatePhase",
    "TemplateReadiness",
    "TemplateStatus",
    "TerminalOutput",
    "TerminalStatus",
    "UploadLink",
    "Volume",
    "WriteEntry",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox.models.changes": "FileChange UploadLink",
        "opensandbox.models.code": "CodeContext",
        "opensandbox.models.creation": "CreationProgress CreationStep",
        "opensandbox.models.credentials": """
            Credential CredentialAuth CredentialAuthMetadata CredentialBinding
            CredentialBindingListResponse CredentialBindingMetadata CredentialBindingMutationSet
            CredentialListResponse CredentialMatch CredentialMetadata CredentialMutationSet
            CredentialProxyConfig CredentialSubstitution CredentialVaultPatchRequest
            CredentialVaultState CustomHeaderEntry InlineCredentialSource
        """,
        "opensandbox.models.diagnostics": "DiagnosticContent DiagnosticContext",
        "opensandbox.models.endpoints": "EndpointRoute SandboxEndpoint",
        "opensandbox.models.execd": """
            CommandLogs CommandStatus RunCommandOpts
        """,
        "opensandbox.models.executions": """
            Execution ExecutionComplete ExecutionError ExecutionInit ExecutionLogs ExecutionResult OutputMessage
        """,
        "opensandbox.models.handlers": "ExecutionHandlers",
        "opensandbox.models.execd_sync": "ExecutionHandlersSync",
        "opensandbox.models.filesystem": """
            ContentReplaceEntry ContentReplaceResult DirectoryListEntry EntryInfo MoveEntry SearchEntry
            SetPermissionEntry WriteEntry
        """,
        "opensandbox.models.hooks": "LifecycleHook PeriodicLifecycleHook SandboxLifecycle",
        "opensandbox.models.images": "PlatformSpec SandboxImageAuth SandboxImageSpec",
        "opensandbox.models.isolated": """
            BindMount CreateIsolatedSessionRequest EnvPassthroughSpec HardeningLayerState
            HardeningStatus IsolatedBackgroundRun IsolatedCapabilities IsolatedOverlaySpec
            IsolatedRunLogs IsolatedRunOpts IsolatedRunStatus IsolatedSessionInfo IsolatedSessionState
            IsolatedSessionSummary IsolatedWorkspaceSpec
        """,
        "opensandbox.models.metrics": "SandboxMetrics",
        "opensandbox.models.processes": "ProcessInfo",
        "opensandbox.models.responses": "ResponseInfo",
        "opensandbox.models.network": "NetworkPolicy NetworkRule",
        "opensandbox.models.policies": "ActivityProbe IdlePolicy RenewalPolicy",
        "opensandbox.models.pagination": "PaginationInfo",
        "opensandbox.models.sandboxes": """
            PagedSandboxInfos SandboxAllocation SandboxCreateResponse SandboxFilter SandboxInfo
            SandboxOrigin SandboxRenewResponse SandboxState SandboxStatus
        """,
        "opensandbox.models.snapshots": "CreateSnapshotRequest PagedSnapshotInfos SnapshotFilter SnapshotInfo SnapshotStatus",
        "opensandbox.models.sweeps": "SweepReport",
        "opensandbox.models.templates": """
            CreateTemplateRequest PagedTemplateInfos TemplateFilter TemplateInfo TemplatePhase
            TemplateReadiness TemplateStatus
        """,
        "opensandbox.models.terminals": "TerminalOutput TerminalStatus",
        "opensandbox.models.volumes": "Host OSSFS PVC Volume",
    },
)
