# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present
from ..models.isolated_overlay_spec_mode import IsolatedOverlaySpecMode


@_attrs_define
class IsolatedOverlaySpec(Record[Any]):
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
        members: dict[str, Any] = {**self.additional_properties}
        members["path"] = self.path
        if self.mode is not UNSET:
            members["mode"] = self.mode.value
        if self.persist is not UNSET:
            members["persist"] = self.persist
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            path=d.pop("path"),
            mode=UNSET if (value := d.pop("mode", UNSET)) is UNSET else IsolatedOverlaySpecMode(value),
            persist=d.pop("persist", UNSET),
        )
        record.additional_properties = d
        return record
