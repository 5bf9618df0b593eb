# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present
from ..models.ossfs_version import OSSFSVersion


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
        members: dict[str, Any] = {}
        members["bucket"] = self.bucket
        members["endpoint"] = self.endpoint
        members["accessKeyId"] = self.access_key_id
        members["accessKeySecret"] = self.access_key_secret
        if self.version is not UNSET:
            members["version"] = self.version.value
        if self.options is not UNSET:
            members["options"] = self.options
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            bucket=d.pop("bucket"),
            endpoint=d.pop("endpoint"),
            access_key_id=d.pop("accessKeyId"),
            access_key_secret=d.pop("accessKeySecret"),
            version=UNSET if (value := d.pop("version", UNSET)) is UNSET else OSSFSVersion(value),
            options=d.pop("options", UNSET),
        )
        return record
