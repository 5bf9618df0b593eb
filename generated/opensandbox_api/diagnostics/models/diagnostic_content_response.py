# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...times import read_time
from ...types import UNSET, Unset, present
from ..models.diagnostic_content_response_delivery import DiagnosticContentResponseDelivery
from ..models.diagnostic_content_response_kind import DiagnosticContentResponseKind


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
        members: dict[str, Any] = {}
        members["sandboxId"] = self.sandbox_id
        members["kind"] = self.kind.value
        members["scope"] = self.scope
        members["delivery"] = self.delivery.value
        members["contentType"] = self.content_type
        members["truncated"] = self.truncated
        if self.content is not UNSET:
            members["content"] = self.content
        if self.content_url is not UNSET:
            members["contentUrl"] = self.content_url
        if self.content_length is not UNSET:
            members["contentLength"] = self.content_length
        if self.expires_at is not UNSET:
            members["expiresAt"] = self.expires_at.isoformat()
        if self.warnings is not UNSET:
            members["warnings"] = self.warnings
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            sandbox_id=d.pop("sandboxId"),
            kind=DiagnosticContentResponseKind(d.pop("kind")),
            scope=d.pop("scope"),
            delivery=DiagnosticContentResponseDelivery(d.pop("delivery")),
            content_type=d.pop("contentType"),
            truncated=d.pop("truncated"),
            content=d.pop("content", UNSET),
            content_url=d.pop("contentUrl", UNSET),
            content_length=d.pop("contentLength", UNSET),
            expires_at=UNSET if (value := d.pop("expiresAt", UNSET)) is UNSET else read_time("expiresAt", value),
            warnings=d.pop("warnings", UNSET),
        )
        return record
