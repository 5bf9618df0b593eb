# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.create_fsb_template_request_format import CreateFsbTemplateRequestFormat
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.create_fsb_template_request_env import CreateFsbTemplateRequestEnv
    from ..models.create_fsb_template_request_metadata import CreateFsbTemplateRequestMetadata
    from ..models.fsb_template_readiness import FsbTemplateReadiness
    from ..models.resource_limits import ResourceLimits


T = TypeVar("T", bound="CreateFsbTemplateRequest")


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
        image = self.image

        publish = self.publish

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

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "image": image,
                "publish": publish,
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
        if format_ is not UNSET:
            field_dict["format"] = format_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global \
            CreateFsbTemplateRequestEnv, \
            CreateFsbTemplateRequestMetadata, \
            FsbTemplateReadiness, \
            ResourceLimits
        if "ResourceLimits" not in globals():
            from ..models.create_fsb_template_request_env import CreateFsbTemplateRequestEnv
            from ..models.create_fsb_template_request_metadata import CreateFsbTemplateRequestMetadata
            from ..models.fsb_template_readiness import FsbTemplateReadiness
            from ..models.resource_limits import ResourceLimits
        d = {key: value for key, value in src_dict.items() if value is not None}
        image = d.pop("image")

        publish = d.pop("publish")

        _resource_limits = d.pop("resourceLimits", UNSET)
        resource_limits: ResourceLimits | Unset
        if isinstance(_resource_limits, Unset):
            resource_limits = UNSET
        else:
            resource_limits = ResourceLimits.from_dict(_resource_limits)

        entrypoint = cast(list[str], d.pop("entrypoint", UNSET))

        _env = d.pop("env", UNSET)
        env: CreateFsbTemplateRequestEnv | Unset
        if isinstance(_env, Unset):
            env = UNSET
        else:
            env = CreateFsbTemplateRequestEnv.from_dict(_env)

        _metadata = d.pop("metadata", UNSET)
        metadata: CreateFsbTemplateRequestMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = CreateFsbTemplateRequestMetadata.from_dict(_metadata)

        _readiness = d.pop("readiness", UNSET)
        readiness: FsbTemplateReadiness | Unset
        if isinstance(_readiness, Unset):
            readiness = UNSET
        else:
            readiness = FsbTemplateReadiness.from_dict(_readiness)

        _format_ = d.pop("format", UNSET)
        format_: CreateFsbTemplateRequestFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = CreateFsbTemplateRequestFormat(_format_)

        create_fsb_template_request = cls(
            image=image,
            publish=publish,
            resource_limits=resource_limits,
            entrypoint=entrypoint,
            env=env,
            metadata=metadata,
            readiness=readiness,
            format_=format_,
        )

        return create_fsb_template_request
