# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
"""The models of this API, each imported on its first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .allocation_summary import AllocationSummary
    from .allocation_summary_mode import AllocationSummaryMode
    from .allocation_summary_state import AllocationSummaryState
    from .create_fsb_template_request import CreateFsbTemplateRequest
    from .create_fsb_template_request_env import CreateFsbTemplateRequestEnv
    from .create_fsb_template_request_format import CreateFsbTemplateRequestFormat
    from .create_fsb_template_request_metadata import CreateFsbTemplateRequestMetadata
    from .create_sandbox_request import CreateSandboxRequest
    from .create_sandbox_request_env import CreateSandboxRequestEnv
    from .create_sandbox_request_extensions import CreateSandboxRequestExtensions
    from .create_sandbox_request_metadata import CreateSandboxRequestMetadata
    from .create_sandbox_response import CreateSandboxResponse
    from .create_sandbox_response_extensions import CreateSandboxResponseExtensions
    from .create_sandbox_response_metadata import CreateSandboxResponseMetadata
    from .create_snapshot_request import CreateSnapshotRequest
    from .credential_proxy_config import CredentialProxyConfig
    from .endpoint import Endpoint
    from .endpoint_headers import EndpointHeaders
    from .error_response import ErrorResponse
    from .fsb_template import FsbTemplate
    from .fsb_template_env import FsbTemplateEnv
    from .fsb_template_format import FsbTemplateFormat
    from .fsb_template_metadata import FsbTemplateMetadata
    from .fsb_template_readiness import FsbTemplateReadiness
    from .fsb_template_status import FsbTemplateStatus
    from .fsb_template_status_phase import FsbTemplateStatusPhase
    from .host import Host
    from .image_spec import ImageSpec
    from .image_spec_auth import ImageSpecAuth
    from .lifecycle_hook import LifecycleHook
    from .list_fsb_templates_response import ListFsbTemplatesResponse
    from .list_sandboxes_response import ListSandboxesResponse
    from .list_snapshots_response import ListSnapshotsResponse
    from .metrics_event import MetricsEvent
    from .metrics_event_event_type import MetricsEventEventType
    from .network_policy import NetworkPolicy
    from .network_policy_default_action import NetworkPolicyDefaultAction
    from .network_rule import NetworkRule
    from .network_rule_action import NetworkRuleAction
    from .ossfs import OSSFS
    from .ossfs_version import OSSFSVersion
    from .pagination_info import PaginationInfo
    from .patch_sandbox_metadata_request import PatchSandboxMetadataRequest
    from .periodic_lifecycle_hook import PeriodicLifecycleHook
    from .platform_spec import PlatformSpec
    from .platform_spec_arch import PlatformSpecArch
    from .platform_spec_os import PlatformSpecOs
    from .policy_status_response import PolicyStatusResponse
    from .pvc import PVC
    from .renew_sandbox_expiration_request import RenewSandboxExpirationRequest
    from .renew_sandbox_expiration_response import RenewSandboxExpirationResponse
    from .resource_limits import ResourceLimits
    from .sandbox import Sandbox
    from .sandbox_extensions import SandboxExtensions
    from .sandbox_lifecycle import SandboxLifecycle
    from .sandbox_metadata import SandboxMetadata
    from .sandbox_status import SandboxStatus
    from .snapshot import Snapshot
    from .snapshot_status import SnapshotStatus
    from .volume import Volume
else:
    _MODULES = {
        "AllocationSummary": ".allocation_summary",
        "AllocationSummaryMode": ".allocation_summary_mode",
        "AllocationSummaryState": ".allocation_summary_state",
        "CreateFsbTemplateRequest": ".create_fsb_template_request",
        "CreateFsbTemplateRequestEnv": ".create_fsb_template_request_env",
        "CreateFsbTemplateRequestFormat": ".create_fsb_template_request_format",
        "CreateFsbTemplateRequestMetadata": ".create_fsb_template_request_metadata",
        "CreateSandboxRequest": ".create_sandbox_request",
        "CreateSandboxRequestEnv": ".create_sandbox_request_env",
        "CreateSandboxRequestExtensions": ".create_sandbox_request_extensions",
        "CreateSandboxRequestMetadata": ".create_sandbox_request_metadata",
        "CreateSandboxResponse": ".create_sandbox_response",
        "CreateSandboxResponseExtensions": ".create_sandbox_response_extensions",
        "CreateSandboxResponseMetadata": ".create_sandbox_response_metadata",
        "CreateSnapshotRequest": ".create_snapshot_request",
        "CredentialProxyConfig": ".credential_proxy_config",
        "Endpoint": ".endpoint",
        "EndpointHeaders": ".endpoint_headers",
        "ErrorResponse": ".error_response",
        "FsbTemplate": ".fsb_template",
        "FsbTemplateEnv": ".fsb_template_env",
        "FsbTemplateFormat": ".fsb_template_format",
        "FsbTemplateMetadata": ".fsb_template_metadata",
        "FsbTemplateReadiness": ".fsb_template_readiness",
        "FsbTemplateStatus": ".fsb_template_status",
        "FsbTemplateStatusPhase": ".fsb_template_status_phase",
        "Host": ".host",
        "ImageSpec": ".image_spec",
        "ImageSpecAuth": ".image_spec_auth",
        "LifecycleHook": ".lifecycle_hook",
        "ListFsbTemplatesResponse": ".list_fsb_templates_response",
        "ListSandboxesResponse": ".list_sandboxes_response",
        "ListSnapshotsResponse": ".list_snapshots_response",
        "MetricsEvent": ".metrics_event",
        "MetricsEventEventType": ".metrics_event_event_type",
        "NetworkPolicy": ".network_policy",
        "NetworkPolicyDefaultAction": ".network_policy_default_action",
        "NetworkRule": ".network_rule",
        "NetworkRuleAction": ".network_rule_action",
        "OSSFS": ".ossfs",
        "OSSFSVersion": ".ossfs_version",
        "PaginationInfo": ".pagination_info",
        "PatchSandboxMetadataRequest": ".patch_sandbox_metadata_request",
        "PeriodicLifecycleHook": ".periodic_lifecycle_hook",
        "PlatformSpec": ".platform_spec",
        "PlatformSpecArch": ".platform_spec_arch",
        "PlatformSpecOs": ".platform_spec_os",
        "PolicyStatusResponse": ".policy_status_response",
        "PVC": ".pvc",
        "RenewSandboxExpirationRequest": ".renew_sandbox_expiration_request",
        "RenewSandboxExpirationResponse": ".renew_sandbox_expiration_response",
        "ResourceLimits": ".resource_limits",
        "Sandbox": ".sandbox",
        "SandboxExtensions": ".sandbox_extensions",
        "SandboxLifecycle": ".sandbox_lifecycle",
        "SandboxMetadata": ".sandbox_metadata",
        "SandboxStatus": ".sandbox_status",
        "Snapshot": ".snapshot",
        "SnapshotStatus": ".snapshot_status",
        "Volume": ".volume",
    }

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        globals()[name] = model = getattr(import_module(_MODULES[name], __name__), name)
        return model


__all__ = (
    "AllocationSummary",
    "AllocationSummaryMode",
    "AllocationSummaryState",
    "CreateFsbTemplateRequest",
    "CreateFsbTemplateRequestEnv",
    "CreateFsbTemplateRequestFormat",
    "CreateFsbTemplateRequestMetadata",
    "CreateSandboxRequest",
    "CreateSandboxRequestEnv",
    "CreateSandboxRequestExtensions",
    "CreateSandboxRequestMetadata",
    "CreateSandboxResponse",
    "CreateSandboxResponseExtensions",
    "CreateSandboxResponseMetadata",
    "CreateSnapshotRequest",
    "CredentialProxyConfig",
    "Endpoint",
    "EndpointHeaders",
    "ErrorResponse",
    "FsbTemplate",
    "FsbTemplateEnv",
    "FsbTemplateFormat",
    "FsbTemplateMetadata",
    "FsbTemplateReadiness",
    "FsbTemplateStatus",
    "FsbTemplateStatusPhase",
    "Host",
    "ImageSpec",
    "ImageSpecAuth",
    "LifecycleHook",
    "ListFsbTemplatesResponse",
    "ListSandboxesResponse",
    "ListSnapshotsResponse",
    "MetricsEvent",
    "MetricsEventEventType",
    "NetworkPolicy",
    "NetworkPolicyDefaultAction",
    "NetworkRule",
    "NetworkRuleAction",
    "OSSFS",
    "OSSFSVersion",
    "PaginationInfo",
    "PatchSandboxMetadataRequest",
    "PeriodicLifecycleHook",
    "PlatformSpec",
    "PlatformSpecArch",
    "PlatformSpecOs",
    "PolicyStatusResponse",
    "PVC",
    "RenewSandboxExpirationRequest",
    "RenewSandboxExpirationResponse",
    "ResourceLimits",
    "Sandbox",
    "SandboxExtensions",
    "SandboxLifecycle",
    "SandboxMetadata",
    "SandboxStatus",
    "Snapshot",
    "SnapshotStatus",
    "Volume",
)
