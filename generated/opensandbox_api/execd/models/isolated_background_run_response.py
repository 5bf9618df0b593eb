# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="IsolatedBackgroundRunResponse")


@_attrs_define
class IsolatedBackgroundRunResponse:
    """A background run that was started.

    Attributes:
        session_id (str): Session it belongs to.
        run_id (str): Identifier of the run.
        started_at (datetime.datetime): When it started.
    """

    session_id: str
    run_id: str
    started_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        session_id = self.session_id

        run_id = self.run_id

        started_at = self.started_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "session_id": session_id,
                "run_id": run_id,
                "started_at": started_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        session_id = d.pop("session_id")

        run_id = d.pop("run_id")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        isolated_background_run_response = cls(
            session_id=session_id,
            run_id=run_id,
            started_at=started_at,
        )

        isolated_background_run_response.additional_properties = d
        return isolated_background_run_response

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
