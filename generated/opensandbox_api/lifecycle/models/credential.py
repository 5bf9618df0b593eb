# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.inline_credential_source import InlineCredentialSource


T = TypeVar("T", bound="Credential")


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
        name = self.name

        source = self.source.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "source": source,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global InlineCredentialSource
        if "InlineCredentialSource" not in globals():
            from ..models.inline_credential_source import InlineCredentialSource
        d = {key: value for key, value in src_dict.items() if value is not None}
        name = d.pop("name")

        source = InlineCredentialSource.from_dict(d.pop("source"))

        credential = cls(
            name=name,
            source=source,
        )

        return credential
