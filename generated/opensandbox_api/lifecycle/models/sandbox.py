# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...times import read_time
from ...types import UNSET, Record, Unset, present

if TYPE_CHECKING:
    from ..models.allocation_summary import AllocationSummary
    from ..models.image_spec import ImageSpec
    from ..models.platform_spec import PlatformSpec
    from ..models.sandbox_extensions import SandboxExtensions
    from ..models.sandbox_metadata import SandboxMetadata
    from ..models.sandbox_status import SandboxStatus


@_attrs_define
class Sandbox(Record[Any]):
    """Everything the server tells about a sandbox.

    Attributes:
        id (str): Identifier.
        status (SandboxStatus): What a sandbox is doing and why.
        entrypoint (list[str]): Main process.
        created_at (datetime.datetime): When it was created.
        image (ImageSpec | Unset): A container image and how to get it.
        snapshot_id (str | Unset): Snapshot it was started from; absent when that was something else.
        platform (PlatformSpec | Unset): What a sandbox runs on.
        metadata (SandboxMetadata | Unset): Labels.
        expires_at (datetime.datetime | Unset): When it ends by itself; absent when never.
        extensions (SandboxExtensions | Unset): Options as stored.
        allocation (AllocationSummary | Unset): Which pool a sandbox was taken from.
    """

    id: str
    status: SandboxStatus
    entrypoint: list[str]
    created_at: datetime.datetime
    image: ImageSpec | Unset = UNSET
    snapshot_id: str | Unset = UNSET
    platform: PlatformSpec | Unset = UNSET
    metadata: SandboxMetadata | Unset = UNSET
    expires_at: datetime.datetime | Unset = UNSET
    extensions: SandboxExtensions | Unset = UNSET
    allocation: AllocationSummary | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["id"] = self.id
        members["status"] = self.status.to_dict()
        members["entrypoint"] = self.entrypoint
        members["createdAt"] = self.created_at.isoformat()
        if self.image is not UNSET:
            members["image"] = self.image.to_dict()
        if self.snapshot_id is not UNSET:
            members["snapshotId"] = self.snapshot_id
        if self.platform is not UNSET:
            members["platform"] = self.platform.to_dict()
        if self.metadata is not UNSET:
            members["metadata"] = self.metadata.to_dict()
        if self.expires_at is not UNSET:
            members["expiresAt"] = self.expires_at.isoformat()
        if self.extensions is not UNSET:
            members["extensions"] = self.extensions.to_dict()
        if self.allocation is not UNSET:
            members["allocation"] = self.allocation.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global AllocationSummary, ImageSpec, PlatformSpec, SandboxExtensions, SandboxMetadata, SandboxStatus
        if "SandboxStatus" not in globals():
            from ..models.allocation_summary import AllocationSummary
            from ..models.image_spec import ImageSpec
            from ..models.platform_spec import PlatformSpec
            from ..models.sandbox_extensions import SandboxExtensions
            from ..models.sandbox_metadata import SandboxMetadata
            from ..models.sandbox_status import SandboxStatus

        d = present(src_dict)
        record = cls(
            id=d.pop("id"),
            status=SandboxStatus.from_dict(d.pop("status")),
            entrypoint=d.pop("entrypoint"),
            created_at=read_time("createdAt", d.pop("createdAt")),
            image=UNSET if (value := d.pop("image", UNSET)) is UNSET else ImageSpec.from_dict(value),
            snapshot_id=d.pop("snapshotId", UNSET),
            platform=UNSET if (value := d.pop("platform", UNSET)) is UNSET else PlatformSpec.from_dict(value),
            metadata=UNSET if (value := d.pop("metadata", UNSET)) is UNSET else SandboxMetadata.from_dict(value),
            expires_at=UNSET if (value := d.pop("expiresAt", UNSET)) is UNSET else read_time("expiresAt", value),
            extensions=UNSET if (value := d.pop("extensions", UNSET)) is UNSET else SandboxExtensions.from_dict(value),
            allocation=UNSET if (value := d.pop("allocation", UNSET)) is UNSET else AllocationSummary.from_dict(value),
        )
        record.additional_properties = d
        return record
