# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.fsb_template_format import FsbTemplateFormat
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fsb_template_env import FsbTemplateEnv
    from ..models.fsb_template_metadata import FsbTemplateMetadata
    from ..models.fsb_template_readiness import FsbTemplateReadiness
    from ..models.fsb_template_status import FsbTemplateStatus
    from ..models.resource_limits import ResourceLimits


T = TypeVar("T", bound="FsbTemplate")


@_attrs_define
class FsbTemplate:
    """A template.

    Attributes:
        template_id (str): Identifier of the template.
        image (str): Image it was built from.
        publish (str): Where the result is stored.
        format_ (FsbTemplateFormat): How the result is stored.
        status (FsbTemplateStatus): How far a build has come.
        created_at (datetime.datetime): When it was declared.
        updated_at (datetime.datetime): When it last changed.
        resource_limits (ResourceLimits | Unset): Amounts by resource, all as text: `cpu` (`500m`, `2`), `memory`
            (`512Mi`), `gpu` (`1`), `disk`. Others may be understood.
        entrypoint (list[str] | Unset): Program and arguments in the guest.
        env (FsbTemplateEnv | Unset): Variables of every sandbox of the template.
        metadata (FsbTemplateMetadata | Unset): Labels.
        readiness (FsbTemplateReadiness | Unset): How a build finds out that the guest is ready.
    """

    template_id: str
    image: str
    publish: str
    format_: FsbTemplateFormat
    status: FsbTemplateStatus
    created_at: datetime.datetime
    updated_at: datetime.datetime
    resource_limits: ResourceLimits | Unset = UNSET
    entrypoint: list[str] | Unset = UNSET
    env: FsbTemplateEnv | Unset = UNSET
    metadata: FsbTemplateMetadata | Unset = UNSET
    readiness: FsbTemplateReadiness | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        template_id = self.template_id

        image = self.image

        publish = self.publish

        format_ = self.format_.value

        status = self.status.to_dict()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        resource_limits: dict[str, Any] | Unset = UNSET
        if not isinstance(self.resource_limits, Unset):
            resource_limits = self.resource_limits.to_dict()

        entrypoint: list[str] | Unset = UNSET
        if not isinstance(self.entrypoint, Unset):
            entrypoint = self.entrypoint

        env: dict[str, Any] | Unset = UNSET
        if not isinstance(self.env, Unset):
            env = self.env.to_dict()

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        readiness: dict[str, Any] | Unset = UNSET
        if not isinstance(self.readiness, Unset):
            readiness = self.readiness.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "templateId": template_id,
                "image": image,
                "publish": publish,
                "format": format_,
                "status": status,
                "createdAt": created_at,
                "updatedAt": updated_at,
            }
        )
        if resource_limits is not UNSET:
            field_dict["resourceLimits"] = resource_limits
        if entrypoint is not UNSET:
            field_dict["entrypoint"] = entrypoint
        if env is not UNSET:
            field_dict["env"] = env
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if readiness is not UNSET:
            field_dict["readiness"] = readiness

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global FsbTemplateEnv, FsbTemplateMetadata, FsbTemplateReadiness, FsbTemplateStatus, ResourceLimits
        if "ResourceLimits" not in globals():
            from ..models.fsb_template_env import FsbTemplateEnv
            from ..models.fsb_template_metadata import FsbTemplateMetadata
            from ..models.fsb_template_readiness import FsbTemplateReadiness
            from ..models.fsb_template_status import FsbTemplateStatus
            from ..models.resource_limits import ResourceLimits
        d = {key: value for key, value in src_dict.items() if value is not None}
        template_id = d.pop("templateId")

        image = d.pop("image")

        publish = d.pop("publish")

        format_ = FsbTemplateFormat(d.pop("format"))

        status = FsbTemplateStatus.from_dict(d.pop("status"))

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updatedAt"))

        _resource_limits = d.pop("resourceLimits", UNSET)
        resource_limits: ResourceLimits | Unset
        if isinstance(_resource_limits, Unset):
            resource_limits = UNSET
        else:
            resource_limits = ResourceLimits.from_dict(_resource_limits)

        entrypoint = cast(list[str], d.pop("entrypoint", UNSET))

        _env = d.pop("env", UNSET)
        env: FsbTemplateEnv | Unset
        if isinstance(_env, Unset):
            env = UNSET
        else:
            env = FsbTemplateEnv.from_dict(_env)

        _metadata = d.pop("metadata", UNSET)
        metadata: FsbTemplateMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = FsbTemplateMetadata.from_dict(_metadata)

        _readiness = d.pop("readiness", UNSET)
        readiness: FsbTemplateReadiness | Unset
        if isinstance(_readiness, Unset):
            readiness = UNSET
        else:
            readiness = FsbTemplateReadiness.from_dict(_readiness)

        fsb_template = cls(
            template_id=template_id,
            image=image,
            publish=publish,
            format_=format_,
            status=status,
            created_at=created_at,
            updated_at=updated_at,
            resource_limits=resource_limits,
            entrypoint=entrypoint,
            env=env,
            metadata=metadata,
            readiness=readiness,
        )

        return fsb_template
