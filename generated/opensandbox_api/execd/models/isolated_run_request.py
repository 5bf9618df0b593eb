# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present

if TYPE_CHECKING:
    from ..models.isolated_run_request_envs import IsolatedRunRequestEnvs


@_attrs_define
class IsolatedRunRequest(Record[Any]):
    """What to run in an isolated session.

    Attributes:
        code (str): Shell text.
        envs (IsolatedRunRequestEnvs | Unset): Variables for this run. Given any, the run leaves nothing behind in the
            session.
        timeout_seconds (int | Unset): Seconds after which a foreground run is interrupted; 0, or nothing, for never.
        background (bool | Unset): Whether to answer at once and let it run.
    """

    code: str
    envs: IsolatedRunRequestEnvs | Unset = UNSET
    timeout_seconds: int | Unset = UNSET
    background: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["code"] = self.code
        if self.envs is not UNSET:
            members["envs"] = self.envs.to_dict()
        if self.timeout_seconds is not UNSET:
            members["timeout_seconds"] = self.timeout_seconds
        if self.background is not UNSET:
            members["background"] = self.background
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global IsolatedRunRequestEnvs
        if "IsolatedRunRequestEnvs" not in globals():
            from ..models.isolated_run_request_envs import IsolatedRunRequestEnvs

        d = present(src_dict)
        record = cls(
            code=d.pop("code"),
            envs=UNSET if (value := d.pop("envs", UNSET)) is UNSET else IsolatedRunRequestEnvs.from_dict(value),
            timeout_seconds=d.pop("timeout_seconds", UNSET),
            background=d.pop("background", UNSET),
        )
        record.additional_properties = d
        return record
