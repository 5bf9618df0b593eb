# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.create_sandbox_response_extensions import CreateSandboxResponseExtensions
    from ..models.create_sandbox_response_metadata import CreateSandboxResponseMetadata
    from ..models.platform_spec import PlatformSpec
    from ..models.sandbox_status import SandboxStatus


T = TypeVar("T", bound="CreateSandboxResponse")


@_attrs_define
class CreateSandboxResponse:
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
        id = self.id

        status = self.status.to_dict()

        created_at = self.created_at.isoformat()

        entrypoint = self.entrypoint

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        platform: dict[str, Any] | Unset = UNSET
        if not isinstance(self.platform, Unset):
            platform = self.platform.to_dict()

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        extensions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.extensions, Unset):
            extensions = self.extensions.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "status": status,
                "createdAt": created_at,
                "entrypoint": entrypoint,
            }
        )
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if platform is not UNSET:
            field_dict["platform"] = platform
        if expires_at is not UNSET:
            field_dict["expiresAt"] = expires_at
        if extensions is not UNSET:
            field_dict["extensions"] = extensions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global CreateSandboxResponseExtensions, CreateSandboxResponseMetadata, PlatformSpec, SandboxStatus
        if "SandboxStatus" not in globals():
            from ..models.create_sandbox_response_extensions import CreateSandboxResponseExtensions
            from ..models.create_sandbox_response_metadata import CreateSandboxResponseMetadata
            from ..models.platform_spec import PlatformSpec
            from ..models.sandbox_status import SandboxStatus
        d = {key: value for key, value in src_dict.items() if value is not None}
        id = d.pop("id")

        status = SandboxStatus.from_dict(d.pop("status"))

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        entrypoint = cast(list[str], d.pop("entrypoint"))

        _metadata = d.pop("metadata", UNSET)
        metadata: CreateSandboxResponseMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = CreateSandboxResponseMetadata.from_dict(_metadata)

        _platform = d.pop("platform", UNSET)
        platform: PlatformSpec | Unset
        if isinstance(_platform, Unset):
            platform = UNSET
        else:
            platform = PlatformSpec.from_dict(_platform)

        _expires_at = d.pop("expiresAt", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        _extensions = d.pop("extensions", UNSET)
        extensions: CreateSandboxResponseExtensions | Unset
        if isinstance(_extensions, Unset):
            extensions = UNSET
        else:
            extensions = CreateSandboxResponseExtensions.from_dict(_extensions)

        create_sandbox_response = cls(
            id=id,
            status=status,
            created_at=created_at,
            entrypoint=entrypoint,
            metadata=metadata,
            platform=platform,
            expires_at=expires_at,
            extensions=extensions,
        )

        create_sandbox_response.additional_properties = d
        return create_sandbox_response

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
