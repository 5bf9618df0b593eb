# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


@_attrs_define
class FsbTemplateReadiness:
    """How a build finds out that the guest is ready.

    Attributes:
        probe (str | Unset): `tcp://host:port` that must accept or `cmd://command` that must succeed.
        warmup_seconds (int | Unset): How long to wait where no probe tells; 60 when left out.
    """

    probe: str | Unset = UNSET
    warmup_seconds: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.probe is not UNSET:
            members["probe"] = self.probe
        if self.warmup_seconds is not UNSET:
            members["warmupSeconds"] = self.warmup_seconds
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            probe=d.pop("probe", UNSET),
            warmup_seconds=d.pop("warmupSeconds", UNSET),
        )
        return record
