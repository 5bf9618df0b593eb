# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present
from ..models.allocation_summary_mode import AllocationSummaryMode
from ..models.allocation_summary_state import AllocationSummaryState


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
        members: dict[str, Any] = {}
        members["mode"] = self.mode.value
        members["poolRef"] = self.pool_ref
        members["state"] = self.state.value
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            mode=AllocationSummaryMode(d.pop("mode")),
            pool_ref=d.pop("poolRef"),
            state=AllocationSummaryState(d.pop("state")),
        )
        return record
