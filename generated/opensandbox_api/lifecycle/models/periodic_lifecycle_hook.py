# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


@_attrs_define
class PeriodicLifecycleHook:
    """A command that the sandbox runs again and again. A run is left out while the one before still goes on.

    Attributes:
        name (str): Name, the only one of its kind in the sandbox.
        schedule (str): Five cron fields, a word such as `@hourly`, or `@every 30s`.
        command (list[str]): Program and arguments; no shell is involved.
        timeout_seconds (int | Unset): When to give up on a run; after 60 seconds when left out.
    """

    name: str
    schedule: str
    command: list[str]
    timeout_seconds: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["name"] = self.name
        members["schedule"] = self.schedule
        members["command"] = self.command
        if self.timeout_seconds is not UNSET:
            members["timeoutSeconds"] = self.timeout_seconds
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            name=d.pop("name"),
            schedule=d.pop("schedule"),
            command=d.pop("command"),
            timeout_seconds=d.pop("timeoutSeconds", UNSET),
        )
        return record
