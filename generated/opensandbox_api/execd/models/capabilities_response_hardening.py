# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present
from ..models.capabilities_response_hardening_init_mode import CapabilitiesResponseHardeningInitMode

if TYPE_CHECKING:
    from ..models.hardening_layer_state import HardeningLayerState


@_attrs_define
class CapabilitiesResponseHardening(Record[Any]):
    """What else protects the daemon and the sandbox.

    Attributes:
        init_mode (CapabilitiesResponseHardeningInitMode | Unset): Whether the daemon is the first process, only
            collects orphans, or neither.
        signal_shield (bool | Unset): Whether the sandbox's processes cannot signal the daemon.
        cap_drop (HardeningLayerState | Unset): One layer of protection.
        seccomp (HardeningLayerState | Unset): One layer of protection.
        landlock (HardeningLayerState | Unset): One layer of protection.
        ebpf (HardeningLayerState | Unset): One layer of protection.
    """

    init_mode: CapabilitiesResponseHardeningInitMode | Unset = UNSET
    signal_shield: bool | Unset = UNSET
    cap_drop: HardeningLayerState | Unset = UNSET
    seccomp: HardeningLayerState | Unset = UNSET
    landlock: HardeningLayerState | Unset = UNSET
    ebpf: HardeningLayerState | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.init_mode is not UNSET:
            members["init_mode"] = self.init_mode.value
        if self.signal_shield is not UNSET:
            members["signal_shield"] = self.signal_shield
        if self.cap_drop is not UNSET:
            members["cap_drop"] = self.cap_drop.to_dict()
        if self.seccomp is not UNSET:
            members["seccomp"] = self.seccomp.to_dict()
        if self.landlock is not UNSET:
            members["landlock"] = self.landlock.to_dict()
        if self.ebpf is not UNSET:
            members["ebpf"] = self.ebpf.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global HardeningLayerState
        if "HardeningLayerState" not in globals():
            from ..models.hardening_layer_state import HardeningLayerState

        d = present(src_dict)
        record = cls(
            init_mode=UNSET if (value := d.pop("init_mode", UNSET)) is UNSET else CapabilitiesResponseHardeningInitMode(value),
            signal_shield=d.pop("signal_shield", UNSET),
            cap_drop=UNSET if (value := d.pop("cap_drop", UNSET)) is UNSET else HardeningLayerState.from_dict(value),
            seccomp=UNSET if (value := d.pop("seccomp", UNSET)) is UNSET else HardeningLayerState.from_dict(value),
            landlock=UNSET if (value := d.pop("landlock", UNSET)) is UNSET else HardeningLayerState.from_dict(value),
            ebpf=UNSET if (value := d.pop("ebpf", UNSET)) is UNSET else HardeningLayerState.from_dict(value),
        )
        record.additional_properties = d
        return record
