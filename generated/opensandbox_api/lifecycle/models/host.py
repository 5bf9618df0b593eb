# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present


@_attrs_define
class Host:
    """A directory of the machine that runs the sandbox.

    Attributes:
        path (str): Absolute path, in Unix or in Windows form. The server's configuration lists what may be mounted.
    """

    path: str

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["path"] = self.path
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            path=d.pop("path"),
        )
        return record
