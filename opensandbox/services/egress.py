"""Outgoing connections: the network policy, and the credentials put into requests on their way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opensandbox.models import (
        Credential,
        CredentialBinding,
        CredentialBindingMetadata,
        CredentialBindingMutationSet,
        CredentialMetadata,
        CredentialMutationSet,
        CredentialVaultPatchRequest,
        CredentialVaultState,
        NetworkPolicy,
        NetworkRule,
    )
    from opensandbox.models.dicts import CredentialVaultPatchRequestDict, NetworkRuleDict


class CredentialVault(Protocol):
    """`sandbox.credential_vault`: secrets go in and never come out again, only what is known about them."""

    async def create(
        self,
        *,
        credentials: Sequence[Credential | dict[str, object]],
        bindings: Sequence[CredentialBinding | dict[str, object]],
    ) -> CredentialVaultState:
        """Fill the vault of a sandbox that has none yet."""
        ...

    async def get(self) -> CredentialVaultState:
        """Return what the vault holds."""
        ...

    async def patch(
        self,
        *,
        expected_revision: int | None = None,
        credentials: CredentialMutationSet | dict[str, object] | None = None,
        bindings: CredentialBindingMutationSet | dict[str, object] | None = None,
    ) -> CredentialVaultState:
        """Change credentials and bindings in one step; a conflict unless still at `expected_revision`."""
        ...

    async def update(
        self,
        change: Callable[
            [CredentialVaultState], CredentialVaultPatchRequest | CredentialVaultPatchRequestDict | None
        ],
        *,
        attempts: int = 8,
    ) -> CredentialVaultState:
        """Read the vault, write what `change` wants changed in it, and do so again if somebody else was faster."""
        ...

    async def delete(self) -> None:
        """Remove the vault with everything in it."""
        ...

    async def list_credentials(self) -> list[CredentialMetadata]:
        """Return what is known about all credentials."""
        ...

    async def get_credential(self, name: str) -> CredentialMetadata:
        """Return what is known about one credential."""
        ...

    async def list_bindings(self) -> list[CredentialBindingMetadata]:
        """Return all bindings."""
        ...

    async def get_binding(self, name: str) -> CredentialBindingMetadata:
        """Return one binding."""
        ...


class Egress(CredentialVault, Protocol):
    """Network policy and credential vault of one sandbox."""

    async def get_policy(self) -> NetworkPolicy:
        """Return the policy in force."""
        ...

    async def patch_rules(self, rules: Sequence[NetworkRule | NetworkRuleDict]) -> None:
        """Add rules; for a target that has one already, the new rule counts."""
        ...

    async def delete_rules(self, targets: Sequence[str]) -> None:
        """Remove the rules for these targets; targets without a rule are ignored."""
        ...


__getattr__ = public_names(__name__)
