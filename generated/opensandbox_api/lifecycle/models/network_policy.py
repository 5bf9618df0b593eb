# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present
from ..models.network_policy_default_action import NetworkPolicyDefaultAction

if TYPE_CHECKING:
    from ..models.network_rule import NetworkRule


@_attrs_define
class NetworkPolicy:
    """Which hosts a sandbox may talk to.

    Attributes:
        default_action (NetworkPolicyDefaultAction | Unset): What happens to traffic that no rule covers. Without it:
            deny.
        egress (list[NetworkRule] | Unset): Rules, in the order in which they are tried.
    """

    default_action: NetworkPolicyDefaultAction | Unset = UNSET
    egress: list[NetworkRule] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.default_action is not UNSET:
            members["defaultAction"] = self.default_action.value
        if self.egress is not UNSET:
            members["egress"] = [item.to_dict() for item in self.egress]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global NetworkRule
        if "NetworkRule" not in globals():
            from ..models.network_rule import NetworkRule

        d = present(src_dict)
        record = cls(
            default_action=UNSET if (value := d.pop("defaultAction", UNSET)) is UNSET else NetworkPolicyDefaultAction(value),
            egress=UNSET if (value := d.pop("egress", UNSET)) is UNSET else [NetworkRule.from_dict(item) for item in value],
        )
        return record
