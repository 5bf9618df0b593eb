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
    from ..models.create_sandbox_response_extensions import CreateSandboxResponseExtensions
    from ..models.create_sandbox_response_metadata import CreateSandboxResponseMetadata
    from ..models.platform_spec import PlatformSpec
    from ..models.sandbox_status import SandboxStatus


@_attrs_define
class CreateSandboxResponse(Record[Any]):
    """The new sandbox, as it was when the answer was written. It leaves out what only the full record has.

    Attributes:
        id (str): Identifier of the sandbox, from now on used in every path.
        status (SandboxStatus): What a sandbox is doing and why.
        created_at (datetime.datetime): When it was created.
        entrypoint (list[str]): Main process in force, defaults filled in.
        metadata (CreateSandboxResponseMetadata | Unset): Labels as stored.
        platform (PlatformSpec | Unset): What a sandbox runs on.
        expires_at (datetime.datetime | Unset): When the sandbox ends by itself; absent when never.
        extensions (CreateSandboxResponseExtensions | Unset): Options as stored.
    """

    id: str
    status: SandboxStatus
    created_at: datetime.datetime
    entrypoint: list[str]
    metadata: CreateSandboxResponseMetadata | Unset = UNSET
    platform: PlatformSpec | Unset = UNSET
    expires_at: datetime.datetime | Unset = UNSET
    extensions: CreateSandboxResponseExtensions | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["id"] = self.id
        members["status"] = self.status.to_dict()
        members["createdAt"] = self.created_at.isoformat()
        members["entrypoint"] = self.entrypoint
        if self.metadata is not UNSET:
            members["metadata"] = self.metadata.to_dict()
        if self.platform is not UNSET:
            members["platform"] = self.platform.to_dict()
        if self.expires_at is not UNSET:
            members["expiresAt"] = self.expires_at.isoformat()
        if self.extensions is not UNSET:
            members["extensions"] = self.extensions.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CreateSandboxResponseExtensions, CreateSandboxResponseMetadata, PlatformSpec, SandboxStatus
        if "SandboxStatus" not in globals():
            from ..models.create_sandbox_response_extensions import CreateSandboxResponseExtensions
            from ..models.create_sandbox_response_metadata import CreateSandboxResponseMetadata
            from ..models.platform_spec import PlatformSpec
            from ..models.sandbox_status import SandboxStatus

        d = present(src_dict)
        record = cls(
            id=d.pop("id"),
            status=SandboxStatus.from_dict(d.pop("status")),
            created_at=read_time("createdAt", d.pop("createdAt")),
            entrypoint=d.pop("entrypoint"),
            metadata=UNSET if (value := d.pop("metadata", UNSET)) is UNSET else CreateSandboxResponseMetadata.from_dict(value),
            platform=UNSET if (value := d.pop("platform", UNSET)) is UNSET else PlatformSpec.from_dict(value),
            expires_at=UNSET if (value := d.pop("expiresAt", UNSET)) is UNSET else read_time("expiresAt", value),
            extensions=UNSET if (value := d.pop("extensions", UNSET)) is UNSET else CreateSandboxResponseExtensions.from_dict(value),
        )
        record.additional_properties = d
        return record
