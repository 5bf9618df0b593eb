# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


@_attrs_define
class LifecycleHook:
    """A command that the sandbox runs once.

    Attributes:
        command (list[str]): Program and arguments; no shell is involved.
        timeout_seconds (int | Unset): When to give up; after 60 seconds when left out.
    """

    command: list[str]
    timeout_seconds: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["command"] = self.command
        if self.timeout_seconds is not UNSET:
            members["timeoutSeconds"] = self.timeout_seconds
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            command=d.pop("command"),
            timeout_seconds=d.pop("timeoutSeconds", UNSET),
        )
        return record
