# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...times import read_time
from ...types import UNSET, Unset, present
from ..models.fsb_template_format import FsbTemplateFormat

if TYPE_CHECKING:
    from ..models.fsb_template_env import FsbTemplateEnv
    from ..models.fsb_template_metadata import FsbTemplateMetadata
    from ..models.fsb_template_readiness import FsbTemplateReadiness
    from ..models.fsb_template_status import FsbTemplateStatus
    from ..models.resource_limits import ResourceLimits


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
        members: dict[str, Any] = {}
        members["templateId"] = self.template_id
        members["image"] = self.image
        members["publish"] = self.publish
        members["format"] = self.format_.value
        members["status"] = self.status.to_dict()
        members["createdAt"] = self.created_at.isoformat()
        members["updatedAt"] = self.updated_at.isoformat()
        if self.resource_limits is not UNSET:
            members["resourceLimits"] = self.resource_limits.to_dict()
        if self.entrypoint is not UNSET:
            members["entrypoint"] = self.entrypoint
        if self.env is not UNSET:
            members["env"] = self.env.to_dict()
        if self.metadata is not UNSET:
            members["metadata"] = self.metadata.to_dict()
        if self.readiness is not UNSET:
            members["readiness"] = self.readiness.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global FsbTemplateEnv, FsbTemplateMetadata, FsbTemplateReadiness, FsbTemplateStatus, ResourceLimits
        if "ResourceLimits" not in globals():
            from ..models.fsb_template_env import FsbTemplateEnv
            from ..models.fsb_template_metadata import FsbTemplateMetadata
            from ..models.fsb_template_readiness import FsbTemplateReadiness
            from ..models.fsb_template_status import FsbTemplateStatus
            from ..models.resource_limits import ResourceLimits

        d = present(src_dict)
        record = cls(
            template_id=d.pop("templateId"),
            image=d.pop("image"),
            publish=d.pop("publish"),
            format_=FsbTemplateFormat(d.pop("format")),
            status=FsbTemplateStatus.from_dict(d.pop("status")),
            created_at=read_time("createdAt", d.pop("createdAt")),
            updated_at=read_time("updatedAt", d.pop("updatedAt")),
            resource_limits=UNSET if (value := d.pop("resourceLimits", UNSET)) is UNSET else ResourceLimits.from_dict(value),
            entrypoint=d.pop("entrypoint", UNSET),
            env=UNSET if (value := d.pop("env", UNSET)) is UNSET else FsbTemplateEnv.from_dict(value),
            metadata=UNSET if (value := d.pop("metadata", UNSET)) is UNSET else FsbTemplateMetadata.from_dict(value),
            readiness=UNSET if (value := d.pop("readiness", UNSET)) is UNSET else FsbTemplateReadiness.from_dict(value),
        )
        return record
