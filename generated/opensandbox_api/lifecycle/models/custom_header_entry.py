# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present


@_attrs_define
class CustomHeaderEntry:
    """One header.

    Attributes:
        name (str): Name of the header. Headers about the connection or the message itself are refused.
        credential (str): Name of the secret.
    """

    name: str
    credential: str

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["name"] = self.name
        members["credential"] = self.credential
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            name=d.pop("name"),
            credential=d.pop("credential"),
        )
        return record
