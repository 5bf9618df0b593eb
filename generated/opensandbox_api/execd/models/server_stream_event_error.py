# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present


@_attrs_define
class ServerStreamEventError(Record[Any]):
    """Why the run failed.

    Attributes:
        ename (str | Unset): Kind of failure; for commands `CommandExecError`.
        evalue (str | Unset): Details; for commands that ran, the exit code in digits.
        traceback (list[str] | Unset): Lines that say where.
    """

    ename: str | Unset = UNSET
    evalue: str | Unset = UNSET
    traceback: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.ename is not UNSET:
            members["ename"] = self.ename
        if self.evalue is not UNSET:
            members["evalue"] = self.evalue
        if self.traceback is not UNSET:
            members["traceback"] = self.traceback
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            ename=d.pop("ename", UNSET),
            evalue=d.pop("evalue", UNSET),
            traceback=d.pop("traceback", UNSET),
        )
        record.additional_properties = d
        return record
