# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="LifecycleHook")


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
        command = self.command

        timeout_seconds = self.timeout_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "command": command,
            }
        )
        if timeout_seconds is not UNSET:
            field_dict["timeoutSeconds"] = timeout_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        command = cast(list[str], d.pop("command"))

        timeout_seconds = d.pop("timeoutSeconds", UNSET)

        lifecycle_hook = cls(
            command=command,
            timeout_seconds=timeout_seconds,
        )

        return lifecycle_hook
