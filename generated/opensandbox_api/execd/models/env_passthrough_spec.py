# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.env_passthrough_spec_mode import EnvPassthroughSpecMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="EnvPassthroughSpec")


@_attrs_define
class EnvPassthroughSpec:
    """Which variables are inherited.

    Attributes:
        mode (EnvPassthroughSpecMode | Unset): Whether `keys` are the only ones or the only exceptions.
        keys (list[str] | Unset): Names of variables.
    """

    mode: EnvPassthroughSpecMode | Unset = UNSET
    keys: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        keys: list[str] | Unset = UNSET
        if not isinstance(self.keys, Unset):
            keys = self.keys

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if mode is not UNSET:
            field_dict["mode"] = mode
        if keys is not UNSET:
            field_dict["keys"] = keys

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        _mode = d.pop("mode", UNSET)
        mode: EnvPassthroughSpecMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = EnvPassthroughSpecMode(_mode)

        keys = cast(list[str], d.pop("keys", UNSET))

        env_passthrough_spec = cls(
            mode=mode,
            keys=keys,
        )

        env_passthrough_spec.additional_properties = d
        return env_passthrough_spec

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
