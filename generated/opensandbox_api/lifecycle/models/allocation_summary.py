# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.allocation_summary_mode import AllocationSummaryMode
from ..models.allocation_summary_state import AllocationSummaryState

T = TypeVar("T", bound="AllocationSummary")


@_attrs_define
class AllocationSummary:
    """Which pool a sandbox was taken from.

    Attributes:
        mode (AllocationSummaryMode): What kind of allocation it was.
        pool_ref (str): Name of the pool.
        state (AllocationSummaryState): How far the allocation is; only completed ones are shown.
    """

    mode: AllocationSummaryMode
    pool_ref: str
    state: AllocationSummaryState

    def to_dict(self) -> dict[str, Any]:
        mode = self.mode.value

        pool_ref = self.pool_ref

        state = self.state.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "mode": mode,
                "poolRef": pool_ref,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        mode = AllocationSummaryMode(d.pop("mode"))

        pool_ref = d.pop("poolRef")

        state = AllocationSummaryState(d.pop("state"))

        allocation_summary = cls(
            mode=mode,
            pool_ref=pool_ref,
            state=state,
        )

        return allocation_summary
