# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.network_policy import NetworkPolicy


@_attrs_define
class PolicyStatusResponse:
    """How the network policy stands.

    Attributes:
        status (str | Unset): `ok` when all is well.
        mode (str | Unset): In one word: `allow_all`, `deny_all` or `enforcing`.
        enforcement_mode (str | Unset): What does the filtering: `dns`, or `dns+nft` for addresses as well. Absent for
            template sandboxes.
        reason (str | Unset): A remark, if there is one.
        policy (NetworkPolicy | Unset): Which hosts a sandbox may talk to.
    """

    status: str | Unset = UNSET
    mode: str | Unset = UNSET
    enforcement_mode: str | Unset = UNSET
    reason: str | Unset = UNSET
    policy: NetworkPolicy | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.status is not UNSET:
            members["status"] = self.status
        if self.mode is not UNSET:
            members["mode"] = self.mode
        if self.enforcement_mode is not UNSET:
            members["enforcementMode"] = self.enforcement_mode
        if self.reason is not UNSET:
            members["reason"] = self.reason
        if self.policy is not UNSET:
            members["policy"] = self.policy.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global NetworkPolicy
        if "NetworkPolicy" not in globals():
            from ..models.network_policy import NetworkPolicy

        d = present(src_dict)
        record = cls(
            status=d.pop("status", UNSET),
            mode=d.pop("mode", UNSET),
            enforcement_mode=d.pop("enforcementMode", UNSET),
            reason=d.pop("reason", UNSET),
            policy=UNSET if (value := d.pop("policy", UNSET)) is UNSET else NetworkPolicy.from_dict(value),
        )
        return record
