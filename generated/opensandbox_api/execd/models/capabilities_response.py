# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.capabilities_response_hardening import CapabilitiesResponseHardening


T = TypeVar("T", bound="CapabilitiesResponse")


@_attrs_define
class CapabilitiesResponse:
    """What isolation can do in this sandbox.

    Attributes:
        available (bool | Unset): Whether isolated sessions can be opened at all.
        isolator (str | Unset): Program that does the isolating.
        version (str | Unset): Version of that program.
        message (str | Unset): Why sessions cannot be opened.
        setpriv_available (bool | Unset): Whether sessions can switch to other ids.
        userns_available (bool | Unset): Whether sessions can have a user namespace.
        commit_supported (bool | Unset): Whether changes can be written back.
        diff_supported (bool | Unset): Whether changes can be listed.
        hardening (CapabilitiesResponseHardening | Unset): What else protects the daemon and the sandbox.
    """

    available: bool | Unset = UNSET
    isolator: str | Unset = UNSET
    version: str | Unset = UNSET
    message: str | Unset = UNSET
    setpriv_available: bool | Unset = UNSET
    userns_available: bool | Unset = UNSET
    commit_supported: bool | Unset = UNSET
    diff_supported: bool | Unset = UNSET
    hardening: CapabilitiesResponseHardening | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        available = self.available

        isolator = self.isolator

        version = self.version

        message = self.message

        setpriv_available = self.setpriv_available

        userns_available = self.userns_available

        commit_supported = self.commit_supported

        diff_supported = self.diff_supported

        hardening: dict[str, Any] | Unset = UNSET
        if not isinstance(self.hardening, Unset):
            hardening = self.hardening.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if available is not UNSET:
            field_dict["available"] = available
        if isolator is not UNSET:
            field_dict["isolator"] = isolator
        if version is not UNSET:
            field_dict["version"] = version
        if message is not UNSET:
            field_dict["message"] = message
        if setpriv_available is not UNSET:
            field_dict["setpriv_available"] = setpriv_available
        if userns_available is not UNSET:
            field_dict["userns_available"] = userns_available
        if commit_supported is not UNSET:
            field_dict["commit_supported"] = commit_supported
        if diff_supported is not UNSET:
            field_dict["diff_supported"] = diff_supported
        if hardening is not UNSET:
            field_dict["hardening"] = hardening

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global CapabilitiesResponseHardening
        if "CapabilitiesResponseHardening" not in globals():
            from ..models.capabilities_response_hardening import CapabilitiesResponseHardening
        d = {key: value for key, value in src_dict.items() if value is not None}
        available = d.pop("available", UNSET)

        isolator = d.pop("isolator", UNSET)

        version = d.pop("version", UNSET)

        message = d.pop("message", UNSET)

        setpriv_available = d.pop("setpriv_available", UNSET)

        userns_available = d.pop("userns_available", UNSET)

        commit_supported = d.pop("commit_supported", UNSET)

        diff_supported = d.pop("diff_supported", UNSET)

        _hardening = d.pop("hardening", UNSET)
        hardening: CapabilitiesResponseHardening | Unset
        if isinstance(_hardening, Unset):
            hardening = UNSET
        else:
            hardening = CapabilitiesResponseHardening.from_dict(_hardening)

        capabilities_response = cls(
            available=available,
            isolator=isolator,
            version=version,
            message=message,
            setpriv_available=setpriv_available,
            userns_available=userns_available,
            commit_supported=commit_supported,
            diff_supported=diff_supported,
            hardening=hardening,
        )

        capabilities_response.additional_properties = d
        return capabilities_response

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
