# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present
from ..models.fsb_template_status_phase import FsbTemplateStatusPhase


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
        members: dict[str, Any] = {}
        members["phase"] = self.phase.value
        if self.manifest_ref is not UNSET:
            members["manifestRef"] = self.manifest_ref
        if self.message is not UNSET:
            members["message"] = self.message
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            phase=FsbTemplateStatusPhase(d.pop("phase")),
            manifest_ref=d.pop("manifestRef", UNSET),
            message=d.pop("message", UNSET),
        )
        return record
