# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present

if TYPE_CHECKING:
    from ..models.run_command_request_envs import RunCommandRequestEnvs


@_attrs_define
class RunCommandRequest(Record[Any]):
    """What to run. Exactly one of `command` and `argv` is there.

    Attributes:
        command (str | Unset): Text for a shell.
        argv (list[str] | Unset): Program and arguments, taken as they are.
        cwd (str | Unset): Directory to run in; it has to exist.
        background (bool | Unset): Whether to answer at once and let it run. Default: False.
        timeout (int | Unset): Milliseconds after which it is killed; never when left out.
        uid (int | Unset): User to run as.
        gid (int | Unset): Group to run as; needs `uid`.
        envs (RunCommandRequestEnvs | Unset): Variables on top of the sandbox's own, taken as they are.
    """

    command: str | Unset = UNSET
    argv: list[str] | Unset = UNSET
    cwd: str | Unset = UNSET
    background: bool | Unset = False
    timeout: int | Unset = UNSET
    uid: int | Unset = UNSET
    gid: int | Unset = UNSET
    envs: RunCommandRequestEnvs | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.command is not UNSET:
            members["command"] = self.command
        if self.argv is not UNSET:
            members["argv"] = self.argv
        if self.cwd is not UNSET:
            members["cwd"] = self.cwd
        if self.background is not UNSET:
            members["background"] = self.background
        if self.timeout is not UNSET:
            members["timeout"] = self.timeout
        if self.uid is not UNSET:
            members["uid"] = self.uid
        if self.gid is not UNSET:
            members["gid"] = self.gid
        if self.envs is not UNSET:
            members["envs"] = self.envs.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global RunCommandRequestEnvs
        if "RunCommandRequestEnvs" not in globals():
            from ..models.run_command_request_envs import RunCommandRequestEnvs

        d = present(src_dict)
        record = cls(
            command=d.pop("command", UNSET),
            argv=d.pop("argv", UNSET),
            cwd=d.pop("cwd", UNSET),
            background=d.pop("background", UNSET),
            timeout=d.pop("timeout", UNSET),
            uid=d.pop("uid", UNSET),
            gid=d.pop("gid", UNSET),
            envs=UNSET if (value := d.pop("envs", UNSET)) is UNSET else RunCommandRequestEnvs.from_dict(value),
        )
        record.additional_properties = d
        return record
