# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present


@_attrs_define
class RenewalPolicy:
    """Lets each use of a sandbox put its end off.

    Attributes:
        extend_seconds (int): Each request moves the end to so many seconds from now, unless it is later already.
    """

    extend_seconds: int

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["extendSeconds"] = self.extend_seconds
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            extend_seconds=d.pop("extendSeconds"),
        )
        return record
