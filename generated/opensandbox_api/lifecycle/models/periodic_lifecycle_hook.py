# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PeriodicLifecycleHook")


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
        name = self.name

        schedule = self.schedule

        command = self.command

        timeout_seconds = self.timeout_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "schedule": schedule,
                "command": command,
            }
        )
        if timeout_seconds is not UNSET:
            field_dict["timeoutSeconds"] = timeout_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        name = d.pop("name")

        schedule = d.pop("schedule")

        command = cast(list[str], d.pop("command"))

        timeout_seconds = d.pop("timeoutSeconds", UNSET)

        periodic_lifecycle_hook = cls(
            name=name,
            schedule=schedule,
            command=command,
            timeout_seconds=timeout_seconds,
        )

        return periodic_lifecycle_hook
