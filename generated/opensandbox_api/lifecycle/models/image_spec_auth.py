# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


@_attrs_define
class ImageSpecAuth:
    """Credentials for a registry that wants them; give both members.

    Attributes:
        username (str | Unset): User or service account.
        password (str | Unset): Password or token.
    """

    username: str | Unset = UNSET
    password: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.username is not UNSET:
            members["username"] = self.username
        if self.password is not UNSET:
            members["password"] = self.password
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            username=d.pop("username", UNSET),
            password=d.pop("password", UNSET),
        )
        return record
