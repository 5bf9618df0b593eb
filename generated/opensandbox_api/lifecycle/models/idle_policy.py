# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present
from ..models.idle_policy_on_idle import IdlePolicyOnIdle

if TYPE_CHECKING:
    from ..models.activity_probe import ActivityProbe


@_attrs_define
class IdlePolicy:
    """What happens to a sandbox that nobody uses. Given once, at creation.

    Attributes:
        idle_timeout_seconds (int | Unset): Pause after so many seconds without a request to any of its ports. Without
            it the server never pauses the sandbox by itself. Servers may set a lower limit.
        on_idle (IdlePolicyOnIdle | Unset): What to do then; given exactly when `idleTimeoutSeconds` is.
        wake_on_access (bool | Unset): Whether a request to the paused sandbox resumes it. Without it: yes.
        active_probe (ActivityProbe | Unset): Lets a program inside say that it is busy. It is asked when the sandbox
            would be paused, and answers 200 with `{"active": true}` to go on.
    """

    idle_timeout_seconds: int | Unset = UNSET
    on_idle: IdlePolicyOnIdle | Unset = UNSET
    wake_on_access: bool | Unset = UNSET
    active_probe: ActivityProbe | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.idle_timeout_seconds is not UNSET:
            members["idleTimeoutSeconds"] = self.idle_timeout_seconds
        if self.on_idle is not UNSET:
            members["onIdle"] = self.on_idle.value
        if self.wake_on_access is not UNSET:
            members["wakeOnAccess"] = self.wake_on_access
        if self.active_probe is not UNSET:
            members["activeProbe"] = self.active_probe.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global ActivityProbe
        if "ActivityProbe" not in globals():
            from ..models.activity_probe import ActivityProbe

        d = present(src_dict)
        record = cls(
            idle_timeout_seconds=d.pop("idleTimeoutSeconds", UNSET),
            on_idle=UNSET if (value := d.pop("onIdle", UNSET)) is UNSET else IdlePolicyOnIdle(value),
            wake_on_access=d.pop("wakeOnAccess", UNSET),
            active_probe=UNSET if (value := d.pop("activeProbe", UNSET)) is UNSET else ActivityProbe.from_dict(value),
        )
        return record
