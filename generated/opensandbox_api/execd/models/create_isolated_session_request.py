# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.create_isolated_session_request_profile import CreateIsolatedSessionRequestProfile
from ..models.create_isolated_session_request_uid_mode import CreateIsolatedSessionRequestUidMode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.bind_mount import BindMount
    from ..models.env_passthrough_spec import EnvPassthroughSpec
    from ..models.isolated_overlay_spec import IsolatedOverlaySpec
    from ..models.isolated_workspace_spec import IsolatedWorkspaceSpec


T = TypeVar("T", bound="CreateIsolatedSessionRequest")


@_attrs_define
class CreateIsolatedSessionRequest:
    """What an isolated session sees and may do.

    Attributes:
        profile (CreateIsolatedSessionRequestProfile | Unset): How strict the isolation is.
        workspace (IsolatedWorkspaceSpec | Unset): The one mount of a simple session.
        overlays (list[IsolatedOverlaySpec] | Unset): The mounts. A `workspace` comes in front of them.
        extra_writable (list[str] | Unset): Paths of the sandbox that the session may write as well.
        binds (list[BindMount] | Unset): Paths of the sandbox that show up elsewhere or for reading only.
        share_net (bool | Unset): Whether the session uses the sandbox's network.
        env_passthrough (EnvPassthroughSpec | Unset): Which variables are inherited.
        uid (int | Unset): User inside the session.
        gid (int | Unset): Group inside the session.
        uid_mode (CreateIsolatedSessionRequestUidMode | Unset): Whether ids are really switched or mapped by a user
            namespace.
        idle_timeout_seconds (int | Unset): Seconds without a run after which the session is closed; 0, or nothing, for
            never.
    """

    profile: CreateIsolatedSessionRequestProfile | Unset = UNSET
    workspace: IsolatedWorkspaceSpec | Unset = UNSET
    overlays: list[IsolatedOverlaySpec] | Unset = UNSET
    extra_writable: list[str] | Unset = UNSET
    binds: list[BindMount] | Unset = UNSET
    share_net: bool | Unset = UNSET
    env_passthrough: EnvPassthroughSpec | Unset = UNSET
    uid: int | Unset = UNSET
    gid: int | Unset = UNSET
    uid_mode: CreateIsolatedSessionRequestUidMode | Unset = UNSET
    idle_timeout_seconds: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        profile: str | Unset = UNSET
        if not isinstance(self.profile, Unset):
            profile = self.profile.value

        workspace: dict[str, Any] | Unset = UNSET
        if not isinstance(self.workspace, Unset):
            workspace = self.workspace.to_dict()

        overlays: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.overlays, Unset):
            overlays = []
            for overlays_item_data in self.overlays:
                overlays_item = overlays_item_data.to_dict()
                overlays.append(overlays_item)

        extra_writable: list[str] | Unset = UNSET
        if not isinstance(self.extra_writable, Unset):
            extra_writable = self.extra_writable

        binds: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.binds, Unset):
            binds = []
            for binds_item_data in self.binds:
                binds_item = binds_item_data.to_dict()
                binds.append(binds_item)

        share_net = self.share_net

        env_passthrough: dict[str, Any] | Unset = UNSET
        if not isinstance(self.env_passthrough, Unset):
            env_passthrough = self.env_passthrough.to_dict()

        uid = self.uid

        gid = self.gid

        uid_mode: str | Unset = UNSET
        if not isinstance(self.uid_mode, Unset):
            uid_mode = self.uid_mode.value

        idle_timeout_seconds = self.idle_timeout_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if profile is not UNSET:
            field_dict["profile"] = profile
        if workspace is not UNSET:
            field_dict["workspace"] = workspace
        if overlays is not UNSET:
            field_dict["overlays"] = overlays
        if extra_writable is not UNSET:
            field_dict["extra_writable"] = extra_writable
        if binds is not UNSET:
            field_dict["binds"] = binds
        if share_net is not UNSET:
            field_dict["share_net"] = share_net
        if env_passthrough is not UNSET:
            field_dict["env_passthrough"] = env_passthrough
        if uid is not UNSET:
            field_dict["uid"] = uid
        if gid is not UNSET:
            field_dict["gid"] = gid
        if uid_mode is not UNSET:
            field_dict["uid_mode"] = uid_mode
        if idle_timeout_seconds is not UNSET:
            field_dict["idle_timeout_seconds"] = idle_timeout_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global BindMount, EnvPassthroughSpec, IsolatedOverlaySpec, IsolatedWorkspaceSpec
        if "IsolatedWorkspaceSpec" not in globals():
            from ..models.bind_mount import BindMount
            from ..models.env_passthrough_spec import EnvPassthroughSpec
            from ..models.isolated_overlay_spec import IsolatedOverlaySpec
            from ..models.isolated_workspace_spec import IsolatedWorkspaceSpec
        d = {key: value for key, value in src_dict.items() if value is not None}
        _profile = d.pop("profile", UNSET)
        profile: CreateIsolatedSessionRequestProfile | Unset
        if isinstance(_profile, Unset):
            profile = UNSET
        else:
            profile = CreateIsolatedSessionRequestProfile(_profile)

        _workspace = d.pop("workspace", UNSET)
        workspace: IsolatedWorkspaceSpec | Unset
        if isinstance(_workspace, Unset):
            workspace = UNSET
        else:
            workspace = IsolatedWorkspaceSpec.from_dict(_workspace)

        _overlays = d.pop("overlays", UNSET)
        overlays: list[IsolatedOverlaySpec] | Unset = UNSET
        if _overlays is not UNSET:
            overlays = []
            for overlays_item_data in _overlays:
                overlays_item = IsolatedOverlaySpec.from_dict(overlays_item_data)

                overlays.append(overlays_item)

        extra_writable = cast(list[str], d.pop("extra_writable", UNSET))

        _binds = d.pop("binds", UNSET)
        binds: list[BindMount] | Unset = UNSET
        if _binds is not UNSET:
            binds = []
            for binds_item_data in _binds:
                binds_item = BindMount.from_dict(binds_item_data)

                binds.append(binds_item)

        share_net = d.pop("share_net", UNSET)

        _env_passthrough = d.pop("env_passthrough", UNSET)
        env_passthrough: EnvPassthroughSpec | Unset
        if isinstance(_env_passthrough, Unset):
            env_passthrough = UNSET
        else:
            env_passthrough = EnvPassthroughSpec.from_dict(_env_passthrough)

        uid = d.pop("uid", UNSET)

        gid = d.pop("gid", UNSET)

        _uid_mode = d.pop("uid_mode", UNSET)
        uid_mode: CreateIsolatedSessionRequestUidMode | Unset
        if isinstance(_uid_mode, Unset):
            uid_mode = UNSET
        else:
            uid_mode = CreateIsolatedSessionRequestUidMode(_uid_mode)

        idle_timeout_seconds = d.pop("idle_timeout_seconds", UNSET)

        create_isolated_session_request = cls(
            profile=profile,
            workspace=workspace,
            overlays=overlays,
            extra_writable=extra_writable,
            binds=binds,
            share_net=share_net,
            env_passthrough=env_passthrough,
            uid=uid,
            gid=gid,
            uid_mode=uid_mode,
            idle_timeout_seconds=idle_timeout_seconds,
        )

        create_isolated_session_request.additional_properties = d
        return create_isolated_session_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
