# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present


@_attrs_define
class BindMount(Record[Any]):
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
        members: dict[str, Any] = {**self.additional_properties}
        members["source"] = self.source
        if self.dest is not UNSET:
            members["dest"] = self.dest
        if self.readonly is not UNSET:
            members["readonly"] = self.readonly
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            source=d.pop("source"),
            dest=d.pop("dest", UNSET),
            readonly=d.pop("readonly", UNSET),
        )
        record.additional_properties = d
        return record
