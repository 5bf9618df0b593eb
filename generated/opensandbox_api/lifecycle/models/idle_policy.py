# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.idle_policy_on_idle import IdlePolicyOnIdle
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.activity_probe import ActivityProbe


T = TypeVar("T", bound="IdlePolicy")


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
        idle_timeout_seconds = self.idle_timeout_seconds

        on_idle: str | Unset = UNSET
        if not isinstance(self.on_idle, Unset):
            on_idle = self.on_idle.value

        wake_on_access = self.wake_on_access

        active_probe: dict[str, Any] | Unset = UNSET
        if not isinstance(self.active_probe, Unset):
            active_probe = self.active_probe.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if idle_timeout_seconds is not UNSET:
            field_dict["idleTimeoutSeconds"] = idle_timeout_seconds
        if on_idle is not UNSET:
            field_dict["onIdle"] = on_idle
        if wake_on_access is not UNSET:
            field_dict["wakeOnAccess"] = wake_on_access
        if active_probe is not UNSET:
            field_dict["activeProbe"] = active_probe

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global ActivityProbe
        if "ActivityProbe" not in globals():
            from ..models.activity_probe import ActivityProbe
        d = {key: value for key, value in src_dict.items() if value is not None}
        idle_timeout_seconds = d.pop("idleTimeoutSeconds", UNSET)

        _on_idle = d.pop("onIdle", UNSET)
        on_idle: IdlePolicyOnIdle | Unset
        if isinstance(_on_idle, Unset):
            on_idle = UNSET
        else:
            on_idle = IdlePolicyOnIdle(_on_idle)

        wake_on_access = d.pop("wakeOnAccess", UNSET)

        _active_probe = d.pop("activeProbe", UNSET)
        active_probe: ActivityProbe | Unset
        if isinstance(_active_probe, Unset):
            active_probe = UNSET
        else:
            active_probe = ActivityProbe.from_dict(_active_probe)

        idle_policy = cls(
            idle_timeout_seconds=idle_timeout_seconds,
            on_idle=on_idle,
            wake_on_access=wake_on_access,
            active_probe=active_probe,
        )

        return idle_policy
