# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.hardening_layer_state_state import HardeningLayerStateState
from ..types import UNSET, Unset

T = TypeVar("T", bound="HardeningLayerState")


@_attrs_define
class HardeningLayerState:
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
        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state.value

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if state is not UNSET:
            field_dict["state"] = state
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        _state = d.pop("state", UNSET)
        state: HardeningLayerStateState | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = HardeningLayerStateState(_state)

        message = d.pop("message", UNSET)

        hardening_layer_state = cls(
            state=state,
            message=message,
        )

        hardening_layer_state.additional_properties = d
        return hardening_layer_state

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
