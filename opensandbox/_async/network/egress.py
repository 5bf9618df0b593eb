"""Outbound traffic of one sandbox: the policy, and with `vault` the credentials that are lent to requests.

Both live in a sidecar whose address is looked up on first use. A sandbox that started from a template has no sidecar: the
control plane keeps its policy and its vault.
"""

from __future__ import annotations

from secrets import randbelow
from typing import TYPE_CHECKING

from opensandbox._async.network.vault import VaultCalls
from opensandbox._core.network.ports import (
    PROBES,
    has_ports,
    is_unrestricted,
    lacks_ports,
    not_supported,
    probe,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from opensandbox._async.calls.http import Connection
    from opensandbox.models.dicts import NetworkRuleDict
    from opensandbox.models.sandboxes import NetworkPolicy, NetworkRule


class EgressService(VaultCalls):
    """The policy and the vault of one sandbox."""

    __slots__ = ("_keeps_ports",)

    def __init__(
        self,
        sandbox_id: str,
        sidecar: Callable[[], Awaitable[Connection]],
        control_plane: Callable[[], Connection] | None,
    ) -> None:
        super().__init__(sandbox_id, sidecar, control_plane)
        self._keeps_ports = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}(of sandbox {self._sandbox_id!r})"

    async def get_policy(self) -> NetworkPolicy:
        """Return the policy in force."""
        policy = await self._read()
        self._keeps_ports = self._keeps_ports or has_ports(policy.egress)
        return policy

    async def _read(self) -> NetworkPolicy:
        from opensandbox._core.convert import egress as convert

        if self._control_plane is not None:
            from opensandbox_api.lifecycle.api.sandboxes import get_sandbox_network_policy

            with self._control_plane().exchange() as client:
                kept = await get_sandbox_network_policy.asyncio_detailed(self._sandbox_id, client=client)
                return convert.policy(kept.result())
        from opensandbox_api.egress.api.policy import get_policy

        connection = await self._sidecar()
        with connection.exchange() as client:
            answer = await get_policy.asyncio_detailed(client=client)
            return convert.policy(answer.result())

    async def patch_rules(self, rules: Sequence[NetworkRule | NetworkRuleDict]) -> None:
        """Put rules in front; each replaces an older one of its scope, and of two of one scope the first counts.

        The scope of a rule is its target and its set of ports. Before ports are used for the first time it is made sure that they are
        kept, by a rule about an address that nobody has, which is removed again. Raises `SandboxNotSupportedException` otherwise; then
        none of the rules is in force.
        """
        from opensandbox._core.convert import egress as convert

        checked = convert.rules(rules)
        if has_ports(checked) and not self._keeps_ports:
            policy = await self.get_policy()
            if is_unrestricted(policy):
                await self._patch_and_look(checked)
                return
            if not has_ports(policy.egress):
                await self._prove_ports()
        await self._patch(checked)

    async def _prove_ports(self) -> None:
        rule = probe(randbelow(PROBES))
        try:
            await self._patch([rule])
            policy = await self.get_policy()
        finally:
            await self.delete_rules([str(rule.target)])
        if lacks_ports([rule], policy.egress):
            raise not_supported("none of the rules is in force")

    async def _patch_and_look(self, rules: Sequence[NetworkRule]) -> None:
        # Any first rule denies the rest: one that only probes would cut what these allow, and whatever they lose is narrower than before.
        await self._patch(rules)
        if lacks_ports(rules, (await self.get_policy()).egress):
            await self.delete_rules([rule.target or "" for rule in rules])
            raise not_supported(
                "they are removed again, and the sandbox, which had no policy, denies everything now"
            )

    async def _patch(self, rules: Sequence[NetworkRule]) -> None:
        from opensandbox._core.convert import egress as convert

        if self._control_plane is not None:
            from opensandbox_api.lifecycle.api.sandboxes import patch_sandbox_network_policy

            with self._control_plane().exchange() as client:
                await patch_sandbox_network_policy.asyncio_detailed(
                    self._sandbox_id, client=client, body=convert.for_control_plane(rules)
                )
            return
        from opensandbox_api.egress.api.policy import patch_policy

        connection = await self._sidecar()
        with connection.exchange() as client:
            await patch_policy.asyncio_detailed(client=client, body=convert.for_sidecar(rules))

    async def delete_rules(self, targets: Sequence[str]) -> None:
        """Remove the rules for these targets; unknown ones are ignored."""
        from opensandbox._core.convert import egress as convert

        body = convert.targets(targets)
        if self._control_plane is not None:
            from opensandbox_api.lifecycle.api.sandboxes import delete_sandbox_network_policy_rules

            with self._control_plane().exchange() as client:
                await delete_sandbox_network_policy_rules.asyncio_detailed(
                    self._sandbox_id, client=client, body=body
                )
            return
        from opensandbox_api.egress.api.policy import delete_policy

        connection = await self._sidecar()
        with connection.exchange() as client:
            await delete_policy.asyncio_detailed(client=client, body=body)
