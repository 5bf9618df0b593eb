# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="FsbTemplateReadiness")


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
        probe = self.probe

        warmup_seconds = self.warmup_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if probe is not UNSET:
            field_dict["probe"] = probe
        if warmup_seconds is not UNSET:
            field_dict["warmupSeconds"] = warmup_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        probe = d.pop("probe", UNSET)

        warmup_seconds = d.pop("warmupSeconds", UNSET)

        fsb_template_readiness = cls(
            probe=probe,
            warmup_seconds=warmup_seconds,
        )

        return fsb_template_readiness
