# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RenewSandboxExpirationResponse")


@_attrs_define
class RenewSandboxExpirationResponse:
    """When a sandbox will end.

    Attributes:
        expires_at (datetime.datetime): The instant that holds now.
    """

    expires_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expiresAt": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        expires_at = datetime.datetime.fromisoformat(d.pop("expiresAt"))

        renew_sandbox_expiration_response = cls(
            expires_at=expires_at,
        )

        return renew_sandbox_expiration_response
