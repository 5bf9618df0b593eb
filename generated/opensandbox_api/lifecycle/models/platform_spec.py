# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present
from ..models.platform_spec_arch import PlatformSpecArch
from ..models.platform_spec_os import PlatformSpecOs


@_attrs_define
class PlatformSpec:
    """What a sandbox runs on.

    Attributes:
        os (PlatformSpecOs): Operating system.
        arch (PlatformSpecArch): Processor architecture.
    """

    os: PlatformSpecOs
    arch: PlatformSpecArch

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["os"] = self.os.value
        members["arch"] = self.arch.value
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            os=PlatformSpecOs(d.pop("os")),
            arch=PlatformSpecArch(d.pop("arch")),
        )
        return record
