# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.platform_spec_arch import PlatformSpecArch
from ..models.platform_spec_os import PlatformSpecOs

T = TypeVar("T", bound="PlatformSpec")


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
        os = self.os.value

        arch = self.arch.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "os": os,
                "arch": arch,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        os = PlatformSpecOs(d.pop("os"))

        arch = PlatformSpecArch(d.pop("arch"))

        platform_spec = cls(
            os=os,
            arch=arch,
        )

        return platform_spec
