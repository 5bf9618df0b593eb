# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present
from ..models.isolated_workspace_spec_mode import IsolatedWorkspaceSpecMode


@_attrs_define
class IsolatedWorkspaceSpec(Record[Any]):
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
        members: dict[str, Any] = {**self.additional_properties}
        members["path"] = self.path
        if self.mode is not UNSET:
            members["mode"] = self.mode.value
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            path=d.pop("path"),
            mode=UNSET if (value := d.pop("mode", UNSET)) is UNSET else IsolatedWorkspaceSpecMode(value),
        )
        record.additional_properties = d
        return record
