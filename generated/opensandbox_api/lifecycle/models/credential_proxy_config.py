# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CredentialProxyConfig")


@_attrs_define
class CredentialProxyConfig:
    """Switch for the proxy that adds secrets to outbound requests.

    Attributes:
        enabled (bool | Unset): Turn it on. Needs a network policy and a server that can intercept. Default: False.
    """

    enabled: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        enabled = self.enabled

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if enabled is not UNSET:
            field_dict["enabled"] = enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        enabled = d.pop("enabled", UNSET)

        credential_proxy_config = cls(
            enabled=enabled,
        )

        return credential_proxy_config
