# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
"""The models of this API, each imported on its first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api_key_credential_auth import ApiKeyCredentialAuth
    from .basic_credential_auth import BasicCredentialAuth
    from .bearer_credential_auth import BearerCredentialAuth
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
    from .credential_substitution import CredentialSubstitution
    from .credential_substitution_in_item import CredentialSubstitutionInItem
    from .credential_vault_create_request import CredentialVaultCreateRequest
    from .credential_vault_mutation_request import CredentialVaultMutationRequest
    from .credential_vault_state import CredentialVaultState
    from .custom_header_entry import CustomHeaderEntry
    from .custom_headers_credential_auth import CustomHeadersCredentialAuth
    from .inline_credential_source import InlineCredentialSource
    from .network_policy import NetworkPolicy
    from .network_policy_default_action import NetworkPolicyDefaultAction
    from .network_rule import NetworkRule
    from .network_rule_action import NetworkRuleAction
    from .passthrough_credential_auth import PassthroughCredentialAuth
    from .policy_status_response import PolicyStatusResponse
else:
    _MODULES = {
        "ApiKeyCredentialAuth": ".api_key_credential_auth",
        "BasicCredentialAuth": ".basic_credential_auth",
        "BearerCredentialAuth": ".bearer_credential_auth",
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
        "CredentialSubstitution": ".credential_substitution",
        "CredentialSubstitutionInItem": ".credential_substitution_in_item",
        "CredentialVaultCreateRequest": ".credential_vault_create_request",
        "CredentialVaultMutationRequest": ".credential_vault_mutation_request",
        "CredentialVaultState": ".credential_vault_state",
        "CustomHeaderEntry": ".custom_header_entry",
        "CustomHeadersCredentialAuth": ".custom_headers_credential_auth",
        "InlineCredentialSource": ".inline_credential_source",
        "NetworkPolicy": ".network_policy",
        "NetworkPolicyDefaultAction": ".network_policy_default_action",
        "NetworkRule": ".network_rule",
        "NetworkRuleAction": ".network_rule_action",
        "PassthroughCredentialAuth": ".passthrough_credential_auth",
        "PolicyStatusResponse": ".policy_status_response",
    }

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        globals()[name] = model = getattr(import_module(_MODULES[name], __name__), name)
        return model


__all__ = (
    "ApiKeyCredentialAuth",
    "BasicCredentialAuth",
    "BearerCredentialAuth",
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
    "CredentialSubstitution",
    "CredentialSubstitutionInItem",
    "CredentialVaultCreateRequest",
    "CredentialVaultMutationRequest",
    "CredentialVaultState",
    "CustomHeaderEntry",
    "CustomHeadersCredentialAuth",
    "InlineCredentialSource",
    "NetworkPolicy",
    "NetworkPolicyDefaultAction",
    "NetworkRule",
    "NetworkRuleAction",
    "PassthroughCredentialAuth",
    "PolicyStatusResponse",
)
