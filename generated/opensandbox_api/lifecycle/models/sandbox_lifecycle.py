# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.idle_policy import IdlePolicy
    from ..models.lifecycle_hook import LifecycleHook
    from ..models.periodic_lifecycle_hook import PeriodicLifecycleHook
    from ..models.renewal_policy import RenewalPolicy


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
        members: dict[str, Any] = {}
        if self.pre_start is not UNSET:
            members["preStart"] = self.pre_start.to_dict()
        if self.periodic is not UNSET:
            members["periodic"] = [item.to_dict() for item in self.periodic]
        if self.idle_policy is not UNSET:
            members["idlePolicy"] = self.idle_policy.to_dict()
        if self.renewal_policy is not UNSET:
            members["renewalPolicy"] = self.renewal_policy.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global IdlePolicy, LifecycleHook, PeriodicLifecycleHook, RenewalPolicy
        if "RenewalPolicy" not in globals():
            from ..models.idle_policy import IdlePolicy
            from ..models.lifecycle_hook import LifecycleHook
            from ..models.periodic_lifecycle_hook import PeriodicLifecycleHook
            from ..models.renewal_policy import RenewalPolicy

        d = present(src_dict)
        record = cls(
            pre_start=UNSET if (value := d.pop("preStart", UNSET)) is UNSET else LifecycleHook.from_dict(value),
            periodic=UNSET if (value := d.pop("periodic", UNSET)) is UNSET else [PeriodicLifecycleHook.from_dict(item) for item in value],
            idle_policy=UNSET if (value := d.pop("idlePolicy", UNSET)) is UNSET else IdlePolicy.from_dict(value),
            renewal_policy=UNSET if (value := d.pop("renewalPolicy", UNSET)) is UNSET else RenewalPolicy.from_dict(value),
        )
        return record
