# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.isolated_run_request_envs import IsolatedRunRequestEnvs


T = TypeVar("T", bound="IsolatedRunRequest")


@_attrs_define
class IsolatedRunRequest:
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
        code = self.code

        envs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.envs, Unset):
            envs = self.envs.to_dict()

        timeout_seconds = self.timeout_seconds

        background = self.background

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
            }
        )
        if envs is not UNSET:
            field_dict["envs"] = envs
        if timeout_seconds is not UNSET:
            field_dict["timeout_seconds"] = timeout_seconds
        if background is not UNSET:
            field_dict["background"] = background

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global IsolatedRunRequestEnvs
        if "IsolatedRunRequestEnvs" not in globals():
            from ..models.isolated_run_request_envs import IsolatedRunRequestEnvs
        d = {key: value for key, value in src_dict.items() if value is not None}
        code = d.pop("code")

        _envs = d.pop("envs", UNSET)
        envs: IsolatedRunRequestEnvs | Unset
        if isinstance(_envs, Unset):
            envs = UNSET
        else:
            envs = IsolatedRunRequestEnvs.from_dict(_envs)

        timeout_seconds = d.pop("timeout_seconds", UNSET)

        background = d.pop("background", UNSET)

        isolated_run_request = cls(
            code=code,
            envs=envs,
            timeout_seconds=timeout_seconds,
            background=background,
        )

        isolated_run_request.additional_properties = d
        return isolated_run_request

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
