# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present
from ..models.metrics_event_event_type import MetricsEventEventType


@_attrs_define
class MetricsEvent(Record[Any]):
    """One experience of a client.

    Attributes:
        event_type (MetricsEventEventType): What happened.
        create_duration_ms (int): Milliseconds from the call to a ready sandbox, or to the failure.
        success (bool): Whether the sandbox became ready.
        sandbox_id (str | Unset): The sandbox, if there is one.
        image (str | Unset): What it was started from.
    """

    event_type: MetricsEventEventType
    create_duration_ms: int
    success: bool
    sandbox_id: str | Unset = UNSET
    image: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["eventType"] = self.event_type.value
        members["createDurationMs"] = self.create_duration_ms
        members["success"] = self.success
        if self.sandbox_id is not UNSET:
            members["sandboxId"] = self.sandbox_id
        if self.image is not UNSET:
            members["image"] = self.image
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            event_type=MetricsEventEventType(d.pop("eventType")),
            create_duration_ms=d.pop("createDurationMs"),
            success=d.pop("success"),
            sandbox_id=d.pop("sandboxId", UNSET),
            image=d.pop("image", UNSET),
        )
        record.additional_properties = d
        return record
