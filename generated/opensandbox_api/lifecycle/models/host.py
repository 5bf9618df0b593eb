# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Host")


@_attrs_define
class Host:
    """A directory of the machine that runs the sandbox.

    Attributes:
        path (str): Absolute path, in Unix or in Windows form. The server's configuration lists what may be mounted.
    """

    path: str

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "path": path,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        path = d.pop("path")

        host = cls(
            path=path,
        )

        return host
