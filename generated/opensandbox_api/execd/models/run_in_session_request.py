# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present


@_attrs_define
class RunInSessionRequest(Record[Any]):
    """What to run in a shell session.

    Attributes:
        command (str): Text for the shell.
        cwd (str | Unset): Directory to run in; it has to exist.
        timeout (int | Unset): Milliseconds after which it is killed; a day when left out.
    """

    command: str
    cwd: str | Unset = UNSET
    timeout: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["command"] = self.command
        if self.cwd is not UNSET:
            members["cwd"] = self.cwd
        if self.timeout is not UNSET:
            members["timeout"] = self.timeout
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            command=d.pop("command"),
            cwd=d.pop("cwd", UNSET),
            timeout=d.pop("timeout", UNSET),
        )
        record.additional_properties = d
        return record
