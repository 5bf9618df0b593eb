# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="CredentialMetadata")


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
        name = self.name

        source_type = self.source_type

        revision = self.revision

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "sourceType": source_type,
                "revision": revision,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        name = d.pop("name")

        source_type = d.pop("sourceType")

        revision = d.pop("revision")

        credential_metadata = cls(
            name=name,
            source_type=source_type,
            revision=revision,
        )

        return credential_metadata
