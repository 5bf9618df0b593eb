# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.image_spec_auth import ImageSpecAuth


@_attrs_define
class ImageSpec:
    """A container image and how to get it.

    Attributes:
        uri (str): Name with tag or digest.
        auth (ImageSpecAuth | Unset): Credentials for a registry that wants them; give both members.
    """

    uri: str
    auth: ImageSpecAuth | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["uri"] = self.uri
        if self.auth is not UNSET:
            members["auth"] = self.auth.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global ImageSpecAuth
        if "ImageSpecAuth" not in globals():
            from ..models.image_spec_auth import ImageSpecAuth

        d = present(src_dict)
        record = cls(
            uri=d.pop("uri"),
            auth=UNSET if (value := d.pop("auth", UNSET)) is UNSET else ImageSpecAuth.from_dict(value),
        )
        return record
