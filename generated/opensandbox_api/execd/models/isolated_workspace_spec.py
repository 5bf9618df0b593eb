# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.isolated_workspace_spec_mode import IsolatedWorkspaceSpecMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="IsolatedWorkspaceSpec")


@_attrs_define
class IsolatedWorkspaceSpec:
    """The one mount of a simple session.

    Attributes:
        path (str): Absolute path.
        mode (IsolatedWorkspaceSpecMode | Unset): Whether writes go through, into a copy, or nowhere. A copy when left
            out.
    """

    path: str
    mode: IsolatedWorkspaceSpecMode | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "path": path,
            }
        )
        if mode is not UNSET:
            field_dict["mode"] = mode

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        path = d.pop("path")

        _mode = d.pop("mode", UNSET)
        mode: IsolatedWorkspaceSpecMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = IsolatedWorkspaceSpecMode(_mode)

        isolated_workspace_spec = cls(
            path=path,
            mode=mode,
        )

        isolated_workspace_spec.additional_properties = d
        return isolated_workspace_spec

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
