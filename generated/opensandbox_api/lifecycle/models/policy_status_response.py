# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.network_policy import NetworkPolicy


T = TypeVar("T", bound="PolicyStatusResponse")


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
        status = self.status

        mode = self.mode

        enforcement_mode = self.enforcement_mode

        reason = self.reason

        policy: dict[str, Any] | Unset = UNSET
        if not isinstance(self.policy, Unset):
            policy = self.policy.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if mode is not UNSET:
            field_dict["mode"] = mode
        if enforcement_mode is not UNSET:
            field_dict["enforcementMode"] = enforcement_mode
        if reason is not UNSET:
            field_dict["reason"] = reason
        if policy is not UNSET:
            field_dict["policy"] = policy

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global NetworkPolicy
        if "NetworkPolicy" not in globals():
            from ..models.network_policy import NetworkPolicy
        d = {key: value for key, value in src_dict.items() if value is not None}
        status = d.pop("status", UNSET)

        mode = d.pop("mode", UNSET)

        enforcement_mode = d.pop("enforcementMode", UNSET)

        reason = d.pop("reason", UNSET)

        _policy = d.pop("policy", UNSET)
        policy: NetworkPolicy | Unset
        if isinstance(_policy, Unset):
            policy = UNSET
        else:
            policy = NetworkPolicy.from_dict(_policy)

        policy_status_response = cls(
            status=status,
            mode=mode,
            enforcement_mode=enforcement_mode,
            reason=reason,
            policy=policy,
        )

        return policy_status_response
