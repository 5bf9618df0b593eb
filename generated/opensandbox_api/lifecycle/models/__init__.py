# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
"""The models of this API, each imported on its first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .activity_probe import ActivityProbe
    from .allocation_summary import AllocationSummary
    from .allocation_summary_mode import AllocationSummaryMode
    from .allocation_summary_state import AllocationSummaryState
    from .api_key_credential_auth import ApiKeyCredentialAuth
    from .basic_credential_auth import BasicCredentialAuth
    from .bearer_credential_auth import BearerCredentialAuth
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
    from .credential import Credential
    from .credential_auth_metadata import CredentialAuthMetadata
    from .credential_binding import CredentialBinding
    from .credential_binding_list_response import CredentialBindingListResponse
    from .credential_binding_metadata import CredentialBindingMetadata
    from .credential_binding_mutation_set import CredentialBindingMutationSet
    from .credential_list_response import CredentialListResponse
    from .credential_match import CredentialMatch
    from .credential_match_schemes_item import CredentialMatchSchemesItem
    from .credential_metadata import CredentialMetadata
    from .credential_mutation_set import CredentialMutationSet
    from .credential_proxy_config import CredentialProxyConfig
    from .credential_substitution import CredentialSubstitution
    from .credential_substitution_in_item import CredentialSubstitutionInItem
    from .credential_vault_create_request import CredentialVaultCreateRequest
    from .credential_vault_mutation_request import CredentialVaultMutationRequest
    from .credential_vault_state import CredentialVaultState
    from .custom_header_entry import CustomHeaderEntry
    from .custom_headers_credential_auth import CustomHeadersCredentialAuth
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
    from .idle_policy import IdlePolicy
    from .idle_policy_on_idle import IdlePolicyOnIdle
    from .image_spec import ImageSpec
    from .image_spec_auth import ImageSpecAuth
    from .inline_credential_source import InlineCredentialSource
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
    from .passthrough_credential_auth import PassthroughCredentialAuth
    from .patch_sandbox_metadata_request import PatchSandboxMetadataRequest
    from .periodic_lifecycle_hook import PeriodicLifecycleHook
    from .platform_spec import PlatformSpec
    from .platform_spec_arch import PlatformSpecArch
    from .platform_spec_os import PlatformSpecOs
    from .policy_status_response import PolicyStatusResponse
    from .pvc import PVC
    from .renew_sandbox_expiration_request import RenewSandboxExpirationRequest
    from .renew_sandbox_expiration_response import RenewSandboxExpirationResponse
    from .renewal_policy import RenewalPolicy
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
        "ActivityProbe": ".activity_probe",
        "AllocationSummary": ".allocation_summary",
        "AllocationSummaryMode": ".allocation_summary_mode",
        "AllocationSummaryState": ".allocation_summary_state",
        "ApiKeyCredentialAuth": ".api_key_credential_auth",
        "BasicCredentialAuth": ".basic_credential_auth",
        "BearerCredentialAuth": ".bearer_credential_auth",
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
        "Credential": ".credential",
        "CredentialAuthMetadata": ".credential_auth_metadata",
        "CredentialBinding": ".credential_binding",
        "CredentialBindingListResponse": ".credential_binding_list_response",
        "CredentialBindingMetadata": ".credential_binding_metadata",
        "CredentialBindingMutationSet": ".credential_binding_mutation_set",
        "CredentialListResponse": ".credential_list_response",
        "CredentialMatch": ".credential_match",
        "CredentialMatchSchemesItem": ".credential_match_schemes_item",
        "CredentialMetadata": ".credential_metadata",
        "CredentialMutationSet": ".credential_mutation_set",
        "CredentialProxyConfig": ".credential_proxy_config",
        "CredentialSubstitution": ".credential_substitution",
        "CredentialSubstitutionInItem": ".credential_substitution_in_item",
        "CredentialVaultCreateRequest": ".credential_vault_create_request",
        "CredentialVaultMutationRequest": ".credential_vault_mutation_request",
        "CredentialVaultState": ".credential_vault_state",
        "CustomHeaderEntry": ".custom_header_entry",
        "CustomHeadersCredentialAuth": ".custom_headers_credential_auth",
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
        "IdlePolicy": ".idle_policy",
        "IdlePolicyOnIdle": ".idle_policy_on_idle",
        "ImageSpec": ".image_spec",
        "ImageSpecAuth": ".image_spec_auth",
        "InlineCredentialSource": ".inline_credential_source",
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
        "PassthroughCredentialAuth": ".passthrough_credential_auth",
        "PatchSandboxMetadataRequest": ".patch_sandbox_metadata_request",
        "PeriodicLifecycleHook": ".periodic_lifecycle_hook",
        "PlatformSpec": ".platform_spec",
        "PlatformSpecArch": ".platform_spec_arch",
        "PlatformSpecOs": ".platform_spec_os",
        "PolicyStatusResponse": ".policy_status_response",
        "PVC": ".pvc",
        "RenewSandboxExpirationRequest": ".renew_sandbox_expiration_request",
        "RenewSandboxExpirationResponse": ".renew_sandbox_expiration_response",
        "RenewalPolicy": ".renewal_policy",
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
    "ActivityProbe",
    "AllocationSummary",
    "AllocationSummaryMode",
    "AllocationSummaryState",
    "ApiKeyCredentialAuth",
    "BasicCredentialAuth",
    "BearerCredentialAuth",
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
    "Credential",
    "CredentialAuthMetadata",
    "CredentialBinding",
    "CredentialBindingListResponse",
    "CredentialBindingMetadata",
    "CredentialBindingMutationSet",
    "CredentialListResponse",
    "CredentialMatch",
    "CredentialMatchSchemesItem",
    "CredentialMetadata",
    "CredentialMutationSet",
    "CredentialProxyConfig",
    "CredentialSubstitution",
    "CredentialSubstitutionInItem",
    "CredentialVaultCreateRequest",
    "CredentialVaultMutationRequest",
    "CredentialVaultState",
    "CustomHeaderEntry",
    "CustomHeadersCredentialAuth",
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
    "IdlePolicy",
    "IdlePolicyOnIdle",
    "ImageSpec",
    "ImageSpecAuth",
    "InlineCredentialSource",
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
    "PassthroughCredentialAuth",
    "PatchSandboxMetadataRequest",
    "PeriodicLifecycleHook",
    "PlatformSpec",
    "PlatformSpecArch",
    "PlatformSpecOs",
    "PolicyStatusResponse",
    "PVC",
    "RenewalPolicy",
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
