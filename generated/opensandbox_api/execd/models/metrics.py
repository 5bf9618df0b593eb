# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record, present


@_attrs_define
class Metrics(Record[Any]):
    """How busy the sandbox was at one moment.

    Attributes:
        cpu_count (float): Number of cores.
        cpu_used_pct (float): Use of all cores in percent.
        mem_total_mib (float): Memory in MiB.
        mem_used_mib (float): Memory in use, in MiB.
        timestamp (int): When it was measured, in Unix milliseconds.
    """

    cpu_count: float
    cpu_used_pct: float
    mem_total_mib: float
    mem_used_mib: float
    timestamp: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["cpu_count"] = self.cpu_count
        members["cpu_used_pct"] = self.cpu_used_pct
        members["mem_total_mib"] = self.mem_total_mib
        members["mem_used_mib"] = self.mem_used_mib
        members["timestamp"] = self.timestamp
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            cpu_count=d.pop("cpu_count"),
            cpu_used_pct=d.pop("cpu_used_pct"),
            mem_total_mib=d.pop("mem_total_mib"),
            mem_used_mib=d.pop("mem_used_mib"),
            timestamp=d.pop("timestamp"),
        )
        record.additional_properties = d
        return record
