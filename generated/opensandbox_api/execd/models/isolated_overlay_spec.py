# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.isolated_overlay_spec_mode import IsolatedOverlaySpecMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="IsolatedOverlaySpec")


@_attrs_define
class IsolatedOverlaySpec:
    """A path that an isolated session sees, and what happens to what it writes there.

    Attributes:
        path (str): Absolute path.
        mode (IsolatedOverlaySpecMode | Unset): Whether writes go through, into a copy, or nowhere. A copy when left
            out.
        persist (bool | Unset): Whether the copy is on disk, for as long as the session lives, or in memory, where the
            file routes do not see it. On disk when left out; for copies only.
    """

    path: str
    mode: IsolatedOverlaySpecMode | Unset = UNSET
    persist: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        persist = self.persist

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "path": path,
            }
        )
        if mode is not UNSET:
            field_dict["mode"] = mode
        if persist is not UNSET:
            field_dict["persist"] = persist

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        path = d.pop("path")

        _mode = d.pop("mode", UNSET)
        mode: IsolatedOverlaySpecMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = IsolatedOverlaySpecMode(_mode)

        persist = d.pop("persist", UNSET)

        isolated_overlay_spec = cls(
            path=path,
            mode=mode,
            persist=persist,
        )

        isolated_overlay_spec.additional_properties = d
        return isolated_overlay_spec

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
