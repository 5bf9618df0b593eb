# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.diagnostic_content_response_delivery import DiagnosticContentResponseDelivery
from ..models.diagnostic_content_response_kind import DiagnosticContentResponseKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="DiagnosticContentResponse")


@_attrs_define
class DiagnosticContentResponse:
    """Diagnostic text or a link to it.

    Attributes:
        sandbox_id (str): The sandbox.
        kind (DiagnosticContentResponseKind): What the text is.
        scope (str): The scope that was used, as the server spells it.
        delivery (DiagnosticContentResponseDelivery): Whether the text is here (`inline`) or behind a link (`url`).
        content_type (str): Media type of the text.
        truncated (bool): Whether the server left something out on purpose.
        content (str | Unset): The text, when it is here.
        content_url (str | Unset): Where to fetch it otherwise. It may be another host: never send the API key along.
        content_length (int | Unset): Size of the text in bytes of UTF-8, when known.
        expires_at (datetime.datetime | Unset): Until when the link works.
        warnings (list[str] | Unset): What else may be missing.
    """

    sandbox_id: str
    kind: DiagnosticContentResponseKind
    scope: str
    delivery: DiagnosticContentResponseDelivery
    content_type: str
    truncated: bool
    content: str | Unset = UNSET
    content_url: str | Unset = UNSET
    content_length: int | Unset = UNSET
    expires_at: datetime.datetime | Unset = UNSET
    warnings: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        sandbox_id = self.sandbox_id

        kind = self.kind.value

        scope = self.scope

        delivery = self.delivery.value

        content_type = self.content_type

        truncated = self.truncated

        content = self.content

        content_url = self.content_url

        content_length = self.content_length

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        warnings: list[str] | Unset = UNSET
        if not isinstance(self.warnings, Unset):
            warnings = self.warnings

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sandboxId": sandbox_id,
                "kind": kind,
                "scope": scope,
                "delivery": delivery,
                "contentType": content_type,
                "truncated": truncated,
            }
        )
        if content is not UNSET:
            field_dict["content"] = content
        if content_url is not UNSET:
            field_dict["contentUrl"] = content_url
        if content_length is not UNSET:
            field_dict["contentLength"] = content_length
        if expires_at is not UNSET:
            field_dict["expiresAt"] = expires_at
        if warnings is not UNSET:
            field_dict["warnings"] = warnings

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        sandbox_id = d.pop("sandboxId")

        kind = DiagnosticContentResponseKind(d.pop("kind"))

        scope = d.pop("scope")

        delivery = DiagnosticContentResponseDelivery(d.pop("delivery"))

        content_type = d.pop("contentType")

        truncated = d.pop("truncated")

        content = d.pop("content", UNSET)

        content_url = d.pop("contentUrl", UNSET)

        content_length = d.pop("contentLength", UNSET)

        _expires_at = d.pop("expiresAt", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        warnings = cast(list[str], d.pop("warnings", UNSET))

        diagnostic_content_response = cls(
            sandbox_id=sandbox_id,
            kind=kind,
            scope=scope,
            delivery=delivery,
            content_type=content_type,
            truncated=truncated,
            content=content,
            content_url=content_url,
            content_length=content_length,
            expires_at=expires_at,
            warnings=warnings,
        )

        return diagnostic_content_response
