# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...times import read_time
from ...types import present


@_attrs_define
class RenewSandboxExpirationRequest:
    """When a sandbox should end.

    Attributes:
        expires_at (datetime.datetime): The new instant, in the future and with an offset.
    """

    expires_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["expiresAt"] = self.expires_at.isoformat()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            expires_at=read_time("expiresAt", d.pop("expiresAt")),
        )
        return record
