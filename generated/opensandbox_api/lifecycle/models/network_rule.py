# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.network_rule_action import NetworkRuleAction

T = TypeVar("T", bound="NetworkRule")


@_attrs_define
class NetworkRule:
    """What happens to traffic towards one target.

    Attributes:
        action (NetworkRuleAction): Let it pass or not.
        target (str): Host name, or `*.` and a name for everything below it. Addresses and address ranges work where the
            server filters by address as well.
    """

    action: NetworkRuleAction
    target: str

    def to_dict(self) -> dict[str, Any]:
        action = self.action.value

        target = self.target

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
                "target": target,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        action = NetworkRuleAction(d.pop("action"))

        target = d.pop("target")

        network_rule = cls(
            action=action,
            target=target,
        )

        return network_rule
