# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


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
        members: dict[str, Any] = {}
        members["port"] = self.port
        members["path"] = self.path
        if self.timeout_seconds is not UNSET:
            members["timeoutSeconds"] = self.timeout_seconds
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            port=d.pop("port"),
            path=d.pop("path"),
            timeout_seconds=d.pop("timeoutSeconds", UNSET),
        )
        return record
