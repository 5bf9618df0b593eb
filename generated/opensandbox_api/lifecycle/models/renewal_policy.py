# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RenewalPolicy")


@_attrs_define
class RenewalPolicy:
    """Lets each use of a sandbox put its end off.

    Attributes:
        extend_seconds (int): Each request moves the end to so many seconds from now, unless it is later already.
    """

    extend_seconds: int

    def to_dict(self) -> dict[str, Any]:
        extend_seconds = self.extend_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "extendSeconds": extend_seconds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        extend_seconds = d.pop("extendSeconds")

        renewal_policy = cls(
            extend_seconds=extend_seconds,
        )

        return renewal_policy
