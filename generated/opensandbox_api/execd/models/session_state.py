# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...times import read_time
from ...types import UNSET, Record, Unset, present
from ..models.session_state_profile import SessionStateProfile
from ..models.session_state_status import SessionStateStatus
from ..models.session_state_uid_mode import SessionStateUidMode

if TYPE_CHECKING:
    from ..models.bind_mount import BindMount
    from ..models.env_passthrough_spec import EnvPassthroughSpec
    from ..models.isolated_overlay_spec import IsolatedOverlaySpec
    from ..models.isolated_workspace_spec import IsolatedWorkspaceSpec


@_attrs_define
class SessionState(Record[Any]):
    """How an isolated session stands and what it was made with.

    Attributes:
        status (SessionStateStatus | Unset): Whether it can be used, its shell has ended, or it is gone.
        created_at (datetime.datetime | Unset): When it was opened.
        last_run_at (datetime.datetime | Unset): When it was last used.
        idle_remaining_seconds (int | None | Unset): Seconds until it is closed for idleness, if it ever is.
        profile (SessionStateProfile | Unset): How strict the isolation is.
        workspace (IsolatedWorkspaceSpec | Unset): The one mount of a simple session.
        overlays (list[IsolatedOverlaySpec] | Unset): Its mounts.
        extra_writable (list[str] | Unset): Paths of the sandbox that it may write as well.
        binds (list[BindMount] | Unset): Paths of the sandbox that show up elsewhere or for reading only.
        share_net (bool | Unset): Whether it uses the sandbox's network.
        env_passthrough (EnvPassthroughSpec | Unset): Which variables are inherited.
        uid (int | Unset): User inside the session.
        gid (int | Unset): Group inside the session.
        uid_mode (SessionStateUidMode | Unset): Whether ids are really switched or mapped by a user namespace.
        idle_timeout_seconds (int | Unset): Seconds without a run after which it is closed; 0 for never.
    """

    status: SessionStateStatus | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    last_run_at: datetime.datetime | Unset = UNSET
    idle_remaining_seconds: int | None | Unset = UNSET
    profile: SessionStateProfile | Unset = UNSET
    workspace: IsolatedWorkspaceSpec | Unset = UNSET
    overlays: list[IsolatedOverlaySpec] | Unset = UNSET
    extra_writable: list[str] | Unset = UNSET
    binds: list[BindMount] | Unset = UNSET
    share_net: bool | Unset = UNSET
    env_passthrough: EnvPassthroughSpec | Unset = UNSET
    uid: int | Unset = UNSET
    gid: int | Unset = UNSET
    uid_mode: SessionStateUidMode | Unset = UNSET
    idle_timeout_seconds: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        idle_remaining_seconds: int | None | Unset
        if isinstance(self.idle_remaining_seconds, Unset):
            idle_remaining_seconds = UNSET
        else:
            idle_remaining_seconds = self.idle_remaining_seconds

        members: dict[str, Any] = {**self.additional_properties}
        if self.status is not UNSET:
            members["status"] = self.status.value
        if self.created_at is not UNSET:
            members["created_at"] = self.created_at.isoformat()
        if self.last_run_at is not UNSET:
            members["last_run_at"] = self.last_run_at.isoformat()
        if idle_remaining_seconds is not UNSET:
            members["idle_remaining_seconds"] = idle_remaining_seconds
        if self.profile is not UNSET:
            members["profile"] = self.profile.value
        if self.workspace is not UNSET:
            members["workspace"] = self.workspace.to_dict()
        if self.overlays is not UNSET:
            members["overlays"] = [item.to_dict() for item in self.overlays]
        if self.extra_writable is not UNSET:
            members["extra_writable"] = self.extra_writable
        if self.binds is not UNSET:
            members["binds"] = [item.to_dict() for item in self.binds]
        if self.share_net is not UNSET:
            members["share_net"] = self.share_net
        if self.env_passthrough is not UNSET:
            members["env_passthrough"] = self.env_passthrough.to_dict()
        if self.uid is not UNSET:
            members["uid"] = self.uid
        if self.gid is not UNSET:
            members["gid"] = self.gid
        if self.uid_mode is not UNSET:
            members["uid_mode"] = self.uid_mode.value
        if self.idle_timeout_seconds is not UNSET:
            members["idle_timeout_seconds"] = self.idle_timeout_seconds
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global BindMount, EnvPassthroughSpec, IsolatedOverlaySpec, IsolatedWorkspaceSpec
        if "IsolatedWorkspaceSpec" not in globals():
            from ..models.bind_mount import BindMount
            from ..models.env_passthrough_spec import EnvPassthroughSpec
            from ..models.isolated_overlay_spec import IsolatedOverlaySpec
            from ..models.isolated_workspace_spec import IsolatedWorkspaceSpec

        d = present(src_dict)

        def _parse_idle_remaining_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        idle_remaining_seconds = _parse_idle_remaining_seconds(d.pop("idle_remaining_seconds", UNSET))

        record = cls(
            status=UNSET if (value := d.pop("status", UNSET)) is UNSET else SessionStateStatus(value),
            created_at=UNSET if (value := d.pop("created_at", UNSET)) is UNSET else read_time("created_at", value),
            last_run_at=UNSET if (value := d.pop("last_run_at", UNSET)) is UNSET else read_time("last_run_at", value),
            idle_remaining_seconds=idle_remaining_seconds,
            profile=UNSET if (value := d.pop("profile", UNSET)) is UNSET else SessionStateProfile(value),
            workspace=UNSET if (value := d.pop("workspace", UNSET)) is UNSET else IsolatedWorkspaceSpec.from_dict(value),
            overlays=UNSET if (value := d.pop("overlays", UNSET)) is UNSET else [IsolatedOverlaySpec.from_dict(item) for item in value],
            extra_writable=d.pop("extra_writable", UNSET),
            binds=UNSET if (value := d.pop("binds", UNSET)) is UNSET else [BindMount.from_dict(item) for item in value],
            share_net=d.pop("share_net", UNSET),
            env_passthrough=UNSET if (value := d.pop("env_passthrough", UNSET)) is UNSET else EnvPassthroughSpec.from_dict(value),
            uid=d.pop("uid", UNSET),
            gid=d.pop("gid", UNSET),
            uid_mode=UNSET if (value := d.pop("uid_mode", UNSET)) is UNSET else SessionStateUidMode(value),
            idle_timeout_seconds=d.pop("idle_timeout_seconds", UNSET),
        )
        record.additional_properties = d
        return record
