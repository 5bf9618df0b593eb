# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.idle_policy import IdlePolicy
    from ..models.lifecycle_hook import LifecycleHook
    from ..models.periodic_lifecycle_hook import PeriodicLifecycleHook
    from ..models.renewal_policy import RenewalPolicy


T = TypeVar("T", bound="SandboxLifecycle")


@_attrs_define
class SandboxLifecycle:
    """Commands that a sandbox runs at certain moments, and what the server does with it on its own. The policies never
    reach the sandbox.

        Attributes:
            pre_start (LifecycleHook | Unset): A command that the sandbox runs once.
            periodic (list[PeriodicLifecycleHook] | Unset): On a schedule.
            idle_policy (IdlePolicy | Unset): What happens to a sandbox that nobody uses. Given once, at creation.
            renewal_policy (RenewalPolicy | Unset): Lets each use of a sandbox put its end off.
    """

    pre_start: LifecycleHook | Unset = UNSET
    periodic: list[PeriodicLifecycleHook] | Unset = UNSET
    idle_policy: IdlePolicy | Unset = UNSET
    renewal_policy: RenewalPolicy | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        pre_start: dict[str, Any] | Unset = UNSET
        if not isinstance(self.pre_start, Unset):
            pre_start = self.pre_start.to_dict()

        periodic: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.periodic, Unset):
            periodic = []
            for periodic_item_data in self.periodic:
                periodic_item = periodic_item_data.to_dict()
                periodic.append(periodic_item)

        idle_policy: dict[str, Any] | Unset = UNSET
        if not isinstance(self.idle_policy, Unset):
            idle_policy = self.idle_policy.to_dict()

        renewal_policy: dict[str, Any] | Unset = UNSET
        if not isinstance(self.renewal_policy, Unset):
            renewal_policy = self.renewal_policy.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if pre_start is not UNSET:
            field_dict["preStart"] = pre_start
        if periodic is not UNSET:
            field_dict["periodic"] = periodic
        if idle_policy is not UNSET:
            field_dict["idlePolicy"] = idle_policy
        if renewal_policy is not UNSET:
            field_dict["renewalPolicy"] = renewal_policy

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global IdlePolicy, LifecycleHook, PeriodicLifecycleHook, RenewalPolicy
        if "RenewalPolicy" not in globals():
            from ..models.idle_policy import IdlePolicy
            from ..models.lifecycle_hook import LifecycleHook
            from ..models.periodic_lifecycle_hook import PeriodicLifecycleHook
            from ..models.renewal_policy import RenewalPolicy
        d = {key: value for key, value in src_dict.items() if value is not None}
        _pre_start = d.pop("preStart", UNSET)
        pre_start: LifecycleHook | Unset
        if isinstance(_pre_start, Unset):
            pre_start = UNSET
        else:
            pre_start = LifecycleHook.from_dict(_pre_start)

        _periodic = d.pop("periodic", UNSET)
        periodic: list[PeriodicLifecycleHook] | Unset = UNSET
        if _periodic is not UNSET:
            periodic = []
            for periodic_item_data in _periodic:
                periodic_item = PeriodicLifecycleHook.from_dict(periodic_item_data)

                periodic.append(periodic_item)

        _idle_policy = d.pop("idlePolicy", UNSET)
        idle_policy: IdlePolicy | Unset
        if isinstance(_idle_policy, Unset):
            idle_policy = UNSET
        else:
            idle_policy = IdlePolicy.from_dict(_idle_policy)

        _renewal_policy = d.pop("renewalPolicy", UNSET)
        renewal_policy: RenewalPolicy | Unset
        if isinstance(_renewal_policy, Unset):
            renewal_policy = UNSET
        else:
            renewal_policy = RenewalPolicy.from_dict(_renewal_policy)

        sandbox_lifecycle = cls(
            pre_start=pre_start,
            periodic=periodic,
            idle_policy=idle_policy,
            renewal_policy=renewal_policy,
        )

        return sandbox_lifecycle
