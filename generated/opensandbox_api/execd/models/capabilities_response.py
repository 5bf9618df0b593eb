# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present

if TYPE_CHECKING:
    from ..models.capabilities_response_hardening import CapabilitiesResponseHardening


@_attrs_define
class CapabilitiesResponse(Record[Any]):
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
        members: dict[str, Any] = {**self.additional_properties}
        if self.available is not UNSET:
            members["available"] = self.available
        if self.isolator is not UNSET:
            members["isolator"] = self.isolator
        if self.version is not UNSET:
            members["version"] = self.version
        if self.message is not UNSET:
            members["message"] = self.message
        if self.setpriv_available is not UNSET:
            members["setpriv_available"] = self.setpriv_available
        if self.userns_available is not UNSET:
            members["userns_available"] = self.userns_available
        if self.commit_supported is not UNSET:
            members["commit_supported"] = self.commit_supported
        if self.diff_supported is not UNSET:
            members["diff_supported"] = self.diff_supported
        if self.hardening is not UNSET:
            members["hardening"] = self.hardening.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CapabilitiesResponseHardening
        if "CapabilitiesResponseHardening" not in globals():
            from ..models.capabilities_response_hardening import CapabilitiesResponseHardening

        d = present(src_dict)
        record = cls(
            available=d.pop("available", UNSET),
            isolator=d.pop("isolator", UNSET),
            version=d.pop("version", UNSET),
            message=d.pop("message", UNSET),
            setpriv_available=d.pop("setpriv_available", UNSET),
            userns_available=d.pop("userns_available", UNSET),
            commit_supported=d.pop("commit_supported", UNSET),
            diff_supported=d.pop("diff_supported", UNSET),
            hardening=UNSET if (value := d.pop("hardening", UNSET)) is UNSET else CapabilitiesResponseHardening.from_dict(value),
        )
        record.additional_properties = d
        return record
