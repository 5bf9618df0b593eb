# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.ossfs_version import OSSFSVersion
from ..types import UNSET, Unset

T = TypeVar("T", bound="OSSFS")


@_attrs_define
class OSSFS:
    """A bucket of an object store.

    Attributes:
        bucket (str): Name of the bucket.
        endpoint (str): Host of the store.
        access_key_id (str): Name of the key.
        access_key_secret (str): The key.
        version (OSSFSVersion | Unset): Generation of the mount tool. Default: OSSFSVersion.VALUE_1.
        options (list[str] | Unset): Further options for that tool, without leading dashes.
    """

    bucket: str
    endpoint: str
    access_key_id: str
    access_key_secret: str
    version: OSSFSVersion | Unset = OSSFSVersion.VALUE_1
    options: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        bucket = self.bucket

        endpoint = self.endpoint

        access_key_id = self.access_key_id

        access_key_secret = self.access_key_secret

        version: str | Unset = UNSET
        if not isinstance(self.version, Unset):
            version = self.version.value

        options: list[str] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "bucket": bucket,
                "endpoint": endpoint,
                "accessKeyId": access_key_id,
                "accessKeySecret": access_key_secret,
            }
        )
        if version is not UNSET:
            field_dict["version"] = version
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        bucket = d.pop("bucket")

        endpoint = d.pop("endpoint")

        access_key_id = d.pop("accessKeyId")

        access_key_secret = d.pop("accessKeySecret")

        _version = d.pop("version", UNSET)
        version: OSSFSVersion | Unset
        if isinstance(_version, Unset):
            version = UNSET
        else:
            version = OSSFSVersion(_version)

        options = cast(list[str], d.pop("options", UNSET))

        ossfs = cls(
            bucket=bucket,
            endpoint=endpoint,
            access_key_id=access_key_id,
            access_key_secret=access_key_secret,
            version=version,
            options=options,
        )

        return ossfs
