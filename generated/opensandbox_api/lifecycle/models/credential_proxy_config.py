# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


@_attrs_define
class CredentialProxyConfig:
    """Switch for the proxy that adds secrets to outbound requests.

    Attributes:
        enabled (bool | Unset): Turn it on. Needs a network policy and a server that can intercept. Default: False.
    """

    enabled: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.enabled is not UNSET:
            members["enabled"] = self.enabled
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            enabled=d.pop("enabled", UNSET),
        )
        return record
