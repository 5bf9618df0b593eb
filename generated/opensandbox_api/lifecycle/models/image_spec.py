# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.image_spec_auth import ImageSpecAuth


T = TypeVar("T", bound="ImageSpec")


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
        uri = self.uri

        auth: dict[str, Any] | Unset = UNSET
        if not isinstance(self.auth, Unset):
            auth = self.auth.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "uri": uri,
            }
        )
        if auth is not UNSET:
            field_dict["auth"] = auth

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global ImageSpecAuth
        if "ImageSpecAuth" not in globals():
            from ..models.image_spec_auth import ImageSpecAuth
        d = {key: value for key, value in src_dict.items() if value is not None}
        uri = d.pop("uri")

        _auth = d.pop("auth", UNSET)
        auth: ImageSpecAuth | Unset
        if isinstance(_auth, Unset):
            auth = UNSET
        else:
            auth = ImageSpecAuth.from_dict(_auth)

        image_spec = cls(
            uri=uri,
            auth=auth,
        )

        return image_spec
