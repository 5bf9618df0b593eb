# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present
from ..models.network_rule_action import NetworkRuleAction


@_attrs_define
class NetworkRule:
    """What happens to traffic towards one target, some ports, or both.

    Attributes:
        action (NetworkRuleAction): Let it pass or not.
        target (str | Unset): Host name, `*.` and a name for everything below it, an address, or an address range. The
            last two need filtering by address. Left out, or read back as an empty text: every address, on the `ports`
            given.
        ports (list[int] | Unset): TCP ports that the rule is limited to; all ports without them. A rule with ports is
            about addresses: names are decided when they are looked up, where there is no port yet.
    """

    action: NetworkRuleAction
    target: str | Unset = UNSET
    ports: list[int] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["action"] = self.action.value
        if self.target is not UNSET:
            members["target"] = self.target
        if self.ports is not UNSET:
            members["ports"] = self.ports
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            action=NetworkRuleAction(d.pop("action")),
            target=d.pop("target", UNSET),
            ports=d.pop("ports", UNSET),
        )
        return record
