# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="BindMount")


@_attrs_define
class BindMount:
    """A path of the sandbox that shows up in an isolated session.

    Attributes:
        source (str): Path in the sandbox.
        dest (str | Unset): Path in the session; the same when left out.
        readonly (bool | Unset): Whether writing is refused. Default: False.
    """

    source: str
    dest: str | Unset = UNSET
    readonly: bool | Unset = False
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        source = self.source

        dest = self.dest

        readonly = self.readonly

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "source": source,
            }
        )
        if dest is not UNSET:
            field_dict["dest"] = dest
        if readonly is not UNSET:
            field_dict["readonly"] = readonly

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        source = d.pop("source")

        dest = d.pop("dest", UNSET)

        readonly = d.pop("readonly", UNSET)

        bind_mount = cls(
            source=source,
            dest=dest,
            readonly=readonly,
        )

        bind_mount.additional_properties = d
        return bind_mount

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
