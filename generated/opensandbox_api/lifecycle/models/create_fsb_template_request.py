# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present
from ..models.create_fsb_template_request_format import CreateFsbTemplateRequestFormat

if TYPE_CHECKING:
    from ..models.create_fsb_template_request_env import CreateFsbTemplateRequestEnv
    from ..models.create_fsb_template_request_metadata import CreateFsbTemplateRequestMetadata
    from ..models.fsb_template_readiness import FsbTemplateReadiness
    from ..models.resource_limits import ResourceLimits


@_attrs_define
class CreateFsbTemplateRequest:
    """What a template is built from and how. Unknown members are refused.

    Attributes:
        image (str): Container image to start from.
        publish (str): Where in an object store the result goes, as an `s3://` style address.
        resource_limits (ResourceLimits | Unset): Amounts by resource, all as text: `cpu` (`500m`, `2`), `memory`
            (`512Mi`), `gpu` (`1`), `disk`. Others may be understood.
        entrypoint (list[str] | Unset): Program and arguments to run in the guest. A server keeps it idling when none is
            given.
        env (CreateFsbTemplateRequestEnv | Unset): Variables that every sandbox of the template has. Names are letters,
            digits and underscores.
        metadata (CreateFsbTemplateRequestMetadata | Unset): Labels to find the template by.
        readiness (FsbTemplateReadiness | Unset): How a build finds out that the guest is ready.
        format_ (CreateFsbTemplateRequestFormat | Unset): How the result is stored. Default:
            CreateFsbTemplateRequestFormat.OVERLAYBD.
    """

    image: str
    publish: str
    resource_limits: ResourceLimits | Unset = UNSET
    entrypoint: list[str] | Unset = UNSET
    env: CreateFsbTemplateRequestEnv | Unset = UNSET
    metadata: CreateFsbTemplateRequestMetadata | Unset = UNSET
    readiness: FsbTemplateReadiness | Unset = UNSET
    format_: CreateFsbTemplateRequestFormat | Unset = CreateFsbTemplateRequestFormat.OVERLAYBD

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["image"] = self.image
        members["publish"] = self.publish
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
        if self.format_ is not UNSET:
            members["format"] = self.format_.value
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CreateFsbTemplateRequestEnv, CreateFsbTemplateRequestMetadata, FsbTemplateReadiness, ResourceLimits
        if "ResourceLimits" not in globals():
            from ..models.create_fsb_template_request_env import CreateFsbTemplateRequestEnv
            from ..models.create_fsb_template_request_metadata import CreateFsbTemplateRequestMetadata
            from ..models.fsb_template_readiness import FsbTemplateReadiness
            from ..models.resource_limits import ResourceLimits

        d = present(src_dict)
        record = cls(
            image=d.pop("image"),
            publish=d.pop("publish"),
            resource_limits=UNSET if (value := d.pop("resourceLimits", UNSET)) is UNSET else ResourceLimits.from_dict(value),
            entrypoint=d.pop("entrypoint", UNSET),
            env=UNSET if (value := d.pop("env", UNSET)) is UNSET else CreateFsbTemplateRequestEnv.from_dict(value),
            metadata=UNSET if (value := d.pop("metadata", UNSET)) is UNSET else CreateFsbTemplateRequestMetadata.from_dict(value),
            readiness=UNSET if (value := d.pop("readiness", UNSET)) is UNSET else FsbTemplateReadiness.from_dict(value),
            format_=UNSET if (value := d.pop("format", UNSET)) is UNSET else CreateFsbTemplateRequestFormat(value),
        )
        return record
