# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.fsb_template_status_phase import FsbTemplateStatusPhase
from ..types import UNSET, Unset

T = TypeVar("T", bound="FsbTemplateStatus")


@_attrs_define
class FsbTemplateStatus:
    """How far a build has come.

    Attributes:
        phase (FsbTemplateStatusPhase): Where the build stands; `Succeeded` and `Failed` are final.
        manifest_ref (str | Unset): Address of the result, once it has succeeded.
        message (str | Unset): Why it failed.
    """

    phase: FsbTemplateStatusPhase
    manifest_ref: str | Unset = UNSET
    message: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        phase = self.phase.value

        manifest_ref = self.manifest_ref

        message = self.message

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phase": phase,
            }
        )
        if manifest_ref is not UNSET:
            field_dict["manifestRef"] = manifest_ref
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        phase = FsbTemplateStatusPhase(d.pop("phase"))

        manifest_ref = d.pop("manifestRef", UNSET)

        message = d.pop("message", UNSET)

        fsb_template_status = cls(
            phase=phase,
            manifest_ref=manifest_ref,
            message=message,
        )

        return fsb_template_status
