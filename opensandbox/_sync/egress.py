# Generated from opensandbox/_async/egress.py by scripts/unasync.py. Do not edit.
"""Outbound traffic of one sandbox: the policy, and with `vault` the credentials that are lent to requests.

Both live in a sidecar whose address is looked up on first use. A sandbox that started from a template has no sidecar: the
control plane keeps its policy and its vault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox._sync.vault import VaultCalls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.models.dicts import NetworkRuleDict
    from opensandbox.models.sandboxes import NetworkPolicy, NetworkRule


class EgressService(VaultCalls):
    """The policy and the vault of one sandbox."""

    __slots__ = ()

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
