# Generated from opensandbox/_async/egress.py by scripts/unasync.py. Do not edit.
"""Outbound traffic of one sandbox: the policy, and the vault of credentials that are lent to requests.

Both live in a sidecar whose address is looked up on first use. A sandbox that started from a template has no sidecar:
the control plane keeps its policy, and there is no vault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox._core import arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opensandbox._sync.http import Connection
    from opensandbox.models.dicts import NetworkRuleDict
    from opensandbox.models.sandboxes import (
        Credential,
        CredentialBinding,
        CredentialBindingMetadata,
        CredentialBindingMutationSet,
        CredentialMetadata,
        CredentialMutationSet,
        CredentialVaultState,
        NetworkPolicy,
        NetworkRule,
    )


class EgressService:
    """The policy and the vault of one sandbox."""

    __slots__ = ("_control_plane", "_sandbox_id", "_sidecar")

    def __init__(
        self,
        sandbox_id: str,
        sidecar: Callable[[], Connection],
        control_plane: Callable[[], Connection] | None,
    ) -> None:
        """Keep how to reach the policy: `control_plane` is given for sandboxes that started from a template."""
        self._sandbox_id = sandbox_id
        self._sidecar = sidecar
        self._control_plane = control_plane

    # Policy

    def get_policy(self) -> NetworkPolicy:
        """Return the policy in force."""
        from opensandbox._core.convert import egress as convert

        if self._control_plane is not None:
            from opensandbox_api.lifecycle.api.sandboxes import get_sandbox_network_policy

            with self._control_plane().exchange() as client:
                answer: Any = get_sandbox_network_policy.sync_detailed(self._sandbox_id, client=client)
                return convert.policy(answer.parsed)
        from opensandbox_api.egress.api.policy import get_policy

        connection = self._sidecar()
        with connection.exchange() as client:
            answer = get_policy.sync_detailed(client=client)
            return convert.policy(answer.parsed)

    def patch_rules(self, rules: Sequence[NetworkRule | NetworkRuleDict]) -> None:
        """Put rules in front; each replaces an older one for its target, and for a target named twice the first counts."""
        from opensandbox._core.convert import egress as convert

        if self._control_plane is not None:
            from opensandbox_api.lifecycle.api.sandboxes import patch_sandbox_network_policy

            with self._control_plane().exchange() as client:
                patch_sandbox_network_policy.sync_detailed(
                    self._sandbox_id, client=client, body=convert.template_rules(rules)
                )
            return
        from opensandbox_api.egress.api.policy import patch_policy

        body = convert.rules(rules)
        connection = self._sidecar()
        with connection.exchange() as client:
            patch_policy.sync_detailed(client=client, body=body)

    def delete_rules(self, targets: Sequence[str]) -> None:
        """Remove the rules for these targets; unknown ones are ignored."""
        from opensandbox._core.convert import egress as convert

        body = convert.targets(targets)
        if self._control_plane is not None:
            from opensandbox_api.lifecycle.api.sandboxes import delete_sandbox_network_policy_rules

            with self._control_plane().exchange() as client:
                delete_sandbox_network_policy_rules.sync_detailed(self._sandbox_id, client=client, body=body)
            return
        from opensandbox_api.egress.api.policy import delete_policy

        connection = self._sidecar()
        with connection.exchange() as client:
            delete_policy.sync_detailed(client=client, body=body)

    # Vault

    def create(
        self,
        *,
        credentials: Sequence[Credential | dict[str, object]],
        bindings: Sequence[CredentialBinding | dict[str, object]],
    ) -> CredentialVaultState:
        """Create the vault. All of it is taken, or nothing; a vault that exists is a conflict.

        Example::

            sandbox.credential_vault.create(
                credentials=[{"name": "token", "source": {"value": token}}],
                bindings=[{"name": "api", "match": {"hosts": ["api.example.com"]},
                           "auth": {"type": "bearer", "credential": "token"}}],
            )
        """
        from opensandbox_api.egress.api.credential_vault import post_credential_vault

        from opensandbox._core.convert import egress as convert

        body = convert.vault(credentials, bindings)
        connection = self._sidecar()
        with connection.exchange() as client:
            answer = post_credential_vault.sync_detailed(client=client, body=body)
            return convert.vault_state(answer.parsed)

    def get(self) -> CredentialVaultState:
        """Return the vault without its secrets."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault

        from opensandbox._core.convert import egress as convert

        connection = self._sidecar()
        with connection.exchange() as client:
            answer = get_credential_vault.sync_detailed(client=client)
            return convert.vault_state(answer.parsed)

    def patch(
        self,
        *,
        expected_revision: int | None = None,
        credentials: CredentialMutationSet | dict[str, object] | None = None,
        bindings: CredentialBindingMutationSet | dict[str, object] | None = None,
    ) -> CredentialVaultState:
        """Change secrets and bindings in one step, only at `expected_revision` where that is given.

        Within each set `delete` comes first, then `replace`, then `add`.
        """
        from opensandbox_api.egress.api.credential_vault import patch_credential_vault

        from opensandbox._core.convert import egress as convert

        body = convert.vault_changes(expected_revision, credentials, bindings)
        connection = self._sidecar()
        with connection.exchange() as client:
            answer = patch_credential_vault.sync_detailed(client=client, body=body)
            return convert.vault_state(answer.parsed)

    def delete(self) -> None:
        """Remove the vault; its credentials stop working at once."""
        from opensandbox_api.egress.api.credential_vault import delete_credential_vault

        connection = self._sidecar()
        with connection.exchange() as client:
            delete_credential_vault.sync_detailed(client=client)

    def list_credentials(self) -> list[CredentialMetadata]:
        """Return the names and revisions of the secrets."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault_credentials

        from opensandbox._core.convert import egress as convert

        connection = self._sidecar()
        with connection.exchange() as client:
            answer = get_credential_vault_credentials.sync_detailed(client=client)
            return convert.credentials(answer.parsed)

    def get_credential(self, name: str) -> CredentialMetadata:
        """Return the name and revision of one secret."""
        from opensandbox_api.egress.api.credential_vault import (
            get_credential_vault_credentials_credential_name,
        )

        from opensandbox._core.convert import egress as convert

        arguments.identifier("name", name)
        connection = self._sidecar()
        with connection.exchange() as client:
            answer = get_credential_vault_credentials_credential_name.sync_detailed(name, client=client)
            return convert.credential(answer.parsed)

    def list_bindings(self) -> list[CredentialBindingMetadata]:
        """Return the bindings."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault_bindings

        from opensandbox._core.convert import egress as convert

        connection = self._sidecar()
        with connection.exchange() as client:
            answer = get_credential_vault_bindings.sync_detailed(client=client)
            return convert.bindings(answer.parsed)

    def get_binding(self, name: str) -> CredentialBindingMetadata:
        """Return one binding."""
        from opensandbox_api.egress.api.credential_vault import get_credential_vault_bindings_binding_name

        from opensandbox._core.convert import egress as convert

        arguments.identifier("name", name)
        connection = self._sidecar()
        with connection.exchange() as client:
            answer = get_credential_vault_bindings_binding_name.sync_detailed(name, client=client)
            return convert.binding(answer.parsed)
