# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.lifecycle_hook import LifecycleHook
    from ..models.periodic_lifecycle_hook import PeriodicLifecycleHook


T = TypeVar("T", bound="SandboxLifecycle")


@_attrs_define
class SandboxLifecycle:
    """Commands that a sandbox runs at certain moments.

    Attributes:
        pre_start (LifecycleHook | Unset): A command that the sandbox runs once.
        periodic (list[PeriodicLifecycleHook] | Unset): On a schedule.
    """

    pre_start: LifecycleHook | Unset = UNSET
    periodic: list[PeriodicLifecycleHook] | Unset = UNSET

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

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if pre_start is not UNSET:
            field_dict["preStart"] = pre_start
        if periodic is not UNSET:
            field_dict["periodic"] = periodic

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global LifecycleHook, PeriodicLifecycleHook
        if "PeriodicLifecycleHook" not in globals():
            from ..models.lifecycle_hook import LifecycleHook
            from ..models.periodic_lifecycle_hook import PeriodicLifecycleHook
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

        sandbox_lifecycle = cls(
            pre_start=pre_start,
            periodic=periodic,
        )

        return sandbox_lifecycle
