# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present
from ..models.server_stream_event_type import ServerStreamEventType

if TYPE_CHECKING:
    from ..models.server_stream_event_error import ServerStreamEventError
    from ..models.server_stream_event_results import ServerStreamEventResults


@_attrs_define
class ServerStreamEvent(Record[Any]):
    """One event of a run. Members without a value are left out.

    Attributes:
        type_ (ServerStreamEventType | Unset): What the event is about. Words that a client does not know are to be
            skipped.
        text (str | Unset): Output, or for `init` the identifier of the run.
        execution_count (int | Unset): Number of the run in its context.
        execution_time (int | Unset): How long the run took, in milliseconds.
        timestamp (int | Unset): When it happened, in Unix milliseconds.
        results (ServerStreamEventResults | Unset): A value by media type; plain text goes under `text`.
        error (ServerStreamEventError | Unset): Why the run failed.
    """

    type_: ServerStreamEventType | Unset = UNSET
    text: str | Unset = UNSET
    execution_count: int | Unset = UNSET
    execution_time: int | Unset = UNSET
    timestamp: int | Unset = UNSET
    results: ServerStreamEventResults | Unset = UNSET
    error: ServerStreamEventError | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.type_ is not UNSET:
            members["type"] = self.type_.value
        if self.text is not UNSET:
            members["text"] = self.text
        if self.execution_count is not UNSET:
            members["execution_count"] = self.execution_count
        if self.execution_time is not UNSET:
            members["execution_time"] = self.execution_time
        if self.timestamp is not UNSET:
            members["timestamp"] = self.timestamp
        if self.results is not UNSET:
            members["results"] = self.results.to_dict()
        if self.error is not UNSET:
            members["error"] = self.error.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global ServerStreamEventError, ServerStreamEventResults
        if "ServerStreamEventResults" not in globals():
            from ..models.server_stream_event_error import ServerStreamEventError
            from ..models.server_stream_event_results import ServerStreamEventResults

        d = present(src_dict)
        record = cls(
            type_=UNSET if (value := d.pop("type", UNSET)) is UNSET else ServerStreamEventType(value),
            text=d.pop("text", UNSET),
            execution_count=d.pop("execution_count", UNSET),
            execution_time=d.pop("execution_time", UNSET),
            timestamp=d.pop("timestamp", UNSET),
            results=UNSET if (value := d.pop("results", UNSET)) is UNSET else ServerStreamEventResults.from_dict(value),
            error=UNSET if (value := d.pop("error", UNSET)) is UNSET else ServerStreamEventError.from_dict(value),
        )
        record.additional_properties = d
        return record
