# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.credential_substitution import CredentialSubstitution
    from ..models.custom_header_entry import CustomHeaderEntry


T = TypeVar("T", bound="CustomHeadersCredentialAuth")


@_attrs_define
class CustomHeadersCredentialAuth:
    """Put secrets into several headers.

    Attributes:
        type_ (Literal['customHeaders']): Says which kind of rule this is.
        headers (list[CustomHeaderEntry]): The headers, each name once.
        substitutions (list[CredentialSubstitution] | Unset): Placeholders to replace as well.
    """

    type_: Literal["customHeaders"]
    headers: list[CustomHeaderEntry]
    substitutions: list[CredentialSubstitution] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        headers = []
        for headers_item_data in self.headers:
            headers_item = headers_item_data.to_dict()
            headers.append(headers_item)

        substitutions: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.substitutions, Unset):
            substitutions = []
            for substitutions_item_data in self.substitutions:
                substitutions_item = substitutions_item_data.to_dict()
                substitutions.append(substitutions_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
                "headers": headers,
            }
        )
        if substitutions is not UNSET:
            field_dict["substitutions"] = substitutions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global CredentialSubstitution, CustomHeaderEntry
        if "CustomHeaderEntry" not in globals():
            from ..models.credential_substitution import CredentialSubstitution
            from ..models.custom_header_entry import CustomHeaderEntry
        d = {key: value for key, value in src_dict.items() if value is not None}
        type_ = cast(Literal["customHeaders"], d.pop("type"))
        if type_ != "customHeaders":
            raise ValueError(f"type must match const 'customHeaders', got '{type_}'")

        headers = []
        _headers = d.pop("headers")
        for headers_item_data in _headers:
            headers_item = CustomHeaderEntry.from_dict(headers_item_data)

            headers.append(headers_item)

        _substitutions = d.pop("substitutions", UNSET)
        substitutions: list[CredentialSubstitution] | Unset = UNSET
        if _substitutions is not UNSET:
            substitutions = []
            for substitutions_item_data in _substitutions:
                substitutions_item = CredentialSubstitution.from_dict(substitutions_item_data)

                substitutions.append(substitutions_item)

        custom_headers_credential_auth = cls(
            type_=type_,
            headers=headers,
            substitutions=substitutions,
        )

        return custom_headers_credential_auth
