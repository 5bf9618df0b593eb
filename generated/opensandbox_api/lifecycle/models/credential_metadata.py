# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present


@_attrs_define
class CredentialMetadata:
    """A secret, as read back.

    Attributes:
        name (str): Name.
        source_type (str): Where its value came from.
        revision (int): Revision of the vault that set it last; of some kinds of sandbox, the current one.
    """

    name: str
    source_type: str
    revision: int

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["name"] = self.name
        members["sourceType"] = self.source_type
        members["revision"] = self.revision
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            name=d.pop("name"),
            source_type=d.pop("sourceType"),
            revision=d.pop("revision"),
        )
        return record
