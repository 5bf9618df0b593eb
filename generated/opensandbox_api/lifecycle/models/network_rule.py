# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.network_rule_action import NetworkRuleAction
from ..types import UNSET, Unset

T = TypeVar("T", bound="NetworkRule")


@_attrs_define
class NetworkRule:
    """What happens to traffic towards one target, some ports, or both.

    Attributes:
        action (NetworkRuleAction): Let it pass or not.
        target (str | Unset): Host name, `*.` and a name for everything below it, an address, or an address range. The
            last two need filtering by address. Left out: every address, on the `ports` given.
        ports (list[int] | Unset): TCP ports that the rule is limited to; all ports without them. A rule with ports is
            about addresses: names are decided when they are looked up, where there is no port yet.
    """

    action: NetworkRuleAction
    target: str | Unset = UNSET
    ports: list[int] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        action = self.action.value

        target = self.target

        ports: list[int] | Unset = UNSET
        if not isinstance(self.ports, Unset):
            ports = self.ports

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
            }
        )
        if target is not UNSET:
            field_dict["target"] = target
        if ports is not UNSET:
            field_dict["ports"] = ports

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        action = NetworkRuleAction(d.pop("action"))

        target = d.pop("target", UNSET)

        ports = cast(list[int], d.pop("ports", UNSET))

        network_rule = cls(
            action=action,
            target=target,
            ports=ports,
        )

        return network_rule
