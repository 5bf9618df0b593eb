# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


@_attrs_define
class CreateSnapshotRequest:
    """Options for a snapshot.

    Attributes:
        name (str | Unset): A name for people to find it by.
    """

    name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.name is not UNSET:
            members["name"] = self.name
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            name=d.pop("name", UNSET),
        )
        return record
