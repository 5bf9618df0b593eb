# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present


@_attrs_define
class ErrorResponse:
    """Why a request failed.

    Attributes:
        code (str): Word for programs. The list is open: decide by status first.
        message (str): Sentence for people.
    """

    code: str
    message: str

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["code"] = self.code
        members["message"] = self.message
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            code=d.pop("code"),
            message=d.pop("message"),
        )
        return record
