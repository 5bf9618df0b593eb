# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ActivityProbe")


@_attrs_define
class ActivityProbe:
    """Lets a program inside say that it is busy. It is asked when the sandbox would be paused, and answers 200 with
    `{"active": true}` to go on.

        Attributes:
            port (int): Port inside the sandbox.
            path (str): What to ask, by GET; no white space and no control characters.
            timeout_seconds (int | Unset): How long the answer may take. Servers take 2 seconds without it.
    """

    port: int
    path: str
    timeout_seconds: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        port = self.port

        path = self.path

        timeout_seconds = self.timeout_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "port": port,
                "path": path,
            }
        )
        if timeout_seconds is not UNSET:
            field_dict["timeoutSeconds"] = timeout_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        port = d.pop("port")

        path = d.pop("path")

        timeout_seconds = d.pop("timeoutSeconds", UNSET)

        activity_probe = cls(
            port=port,
            path=path,
            timeout_seconds=timeout_seconds,
        )

        return activity_probe
