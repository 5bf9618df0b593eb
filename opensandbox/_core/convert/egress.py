"""Outbound policy: rules out, policies in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from opensandbox_api.egress import models as api
from opensandbox_api.lifecycle import models as lifecycle_api
from opensandbox_api.types import UNSET

from opensandbox._core.convert.values import given, models_of, wire
from opensandbox._core.text import checked
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import NetworkPolicy, NetworkRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.models.dicts import NetworkRuleDict


def rules(values: Sequence[NetworkRule | NetworkRuleDict]) -> list[NetworkRule]:
    """Return rules, at least one."""
    if not values:
        raise InvalidArgumentException(
            'rules must hold at least one; for example [NetworkRule(action="allow", target="example.com")]'
        )
    return models_of(NetworkRule, "rules", values)


def for_sidecar(rules: Sequence[NetworkRule]) -> list[api.NetworkRule]:
    """Return rules for the sidecar."""
    return [api.NetworkRule.from_dict(wire(rule)) for rule in rules]


def for_control_plane(rules: Sequence[NetworkRule]) -> list[lifecycle_api.NetworkRule]:
    """Return rules for the control plane, which keeps the policy of sandboxes that started from a template."""
    return [lifecycle_api.NetworkRule.from_dict(wire(rule)) for rule in rules]


def targets(values: object) -> list[str]:
    """Return the targets whose rules go; an empty text stands for the rules without one."""
    listed: list[object] = (
        list(values) if isinstance(values, Iterable) and not isinstance(values, str | bytes | dict) else []
    )
    named = [item for item in listed if isinstance(item, str) and (item.strip() or not item)]
    if not named or len(named) < len(listed):
        raise InvalidArgumentException(
            f"targets must be a list of names with at least one, not {values!r}; "
            'for example ["example.com"], or [""] for the rules without a target'
        )
    return [checked(f"targets[{index}]", item) for index, item in enumerate(named)]


def policy(
    answer: api.PolicyStatusResponse | lifecycle_api.PolicyStatusResponse,
) -> NetworkPolicy:
    """Return the policy of a status answer; without one everything is denied, and no list of rules is an empty one."""
    found = answer.policy
    if found is UNSET:
        return NetworkPolicy(default_action="deny", egress=[])
    action = given(found.default_action)
    listed = [] if found.egress is UNSET else found.egress
    return NetworkPolicy.model_construct(
        default_action="deny" if action is None else str(action),
        egress=[_rule(rule) for rule in listed],
    )


def _rule(rule: api.NetworkRule | lifecycle_api.NetworkRule) -> NetworkRule:
    return NetworkRule.model_construct(
        action=str(rule.action), target=given(rule.target) or None, ports=given(rule.ports)
    )
