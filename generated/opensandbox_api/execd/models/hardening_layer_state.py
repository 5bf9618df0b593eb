# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present
from ..models.hardening_layer_state_state import HardeningLayerStateState


@_attrs_define
class HardeningLayerState(Record[Any]):
    """One layer of protection.

    Attributes:
        state (HardeningLayerStateState | Unset): Whether it works: not configured, something missing, or not possible
            here otherwise.
        message (str | Unset): Why it does not.
    """

    state: HardeningLayerStateState | Unset = UNSET
    message: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.state is not UNSET:
            members["state"] = self.state.value
        if self.message is not UNSET:
            members["message"] = self.message
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            state=UNSET if (value := d.pop("state", UNSET)) is UNSET else HardeningLayerStateState(value),
            message=d.pop("message", UNSET),
        )
        record.additional_properties = d
        return record
