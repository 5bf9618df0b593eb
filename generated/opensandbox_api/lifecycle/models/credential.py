# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import present

if TYPE_CHECKING:
    from ..models.inline_credential_source import InlineCredentialSource


@_attrs_define
class Credential:
    """A secret.

    Attributes:
        name (str): Name by which bindings refer to it.
        source (InlineCredentialSource): A value that the request brings along.
    """

    name: str
    source: InlineCredentialSource

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["name"] = self.name
        members["source"] = self.source.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global InlineCredentialSource
        if "InlineCredentialSource" not in globals():
            from ..models.inline_credential_source import InlineCredentialSource

        d = present(src_dict)
        record = cls(
            name=d.pop("name"),
            source=InlineCredentialSource.from_dict(d.pop("source")),
        )
        return record
