"""Templates: images prepared once, from which sandboxes start fast."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from opensandbox.models.base import Answer, Model, NonBlank
from opensandbox.models.pagination import PageSize, PaginationInfo


class TemplatePhase:
    """Words for how far a template is; a server may use others, so compare `status.phase` with `==`."""

    PENDING: ClassVar[str] = "Pending"
    BUILDING: ClassVar[str] = "Building"
    SUCCEEDED: ClassVar[str] = "Succeeded"
    FAILED: ClassVar[str] = "Failed"

    @classmethod
    def values(cls) -> set[str]:
        """Return all the words."""
        return {value for name, value in vars(cls).items() if name.isupper()}


class TemplateReadiness(Model):
    """When a template is saved: after `probe` succeeded, and `warmup_seconds` later."""

    probe: str | None = None
    warmup_seconds: Annotated[int | None, Field(alias="warmupSeconds")] = None


class TemplateStatus(Answer):
    """How far a template is; `manifest_ref` names what was published."""

    phase: str
    manifest_ref: Annotated[str | None, Field(alias="manifestRef")] = None
    message: str | None = None


class CreateTemplateRequest(Model):
    """A template to be built from `image` and stored at `publish`.

    Example:

        CreateTemplateRequest(image="python:3.12", publish="s3://templates/python", format="native")
    """

    image: NonBlank
    publish: NonBlank
    resource_limits: Annotated[dict[str, str] | None, Field(alias="resourceLimits")] = None
    entrypoint: list[str] | None = None
    env: dict[str, str] | None = None
    metadata: dict[str, str] | None = None
    readiness: TemplateReadiness | None = None
    format: Literal["native", "overlaybd"] | None = None


class TemplateInfo(Answer):
    """A template as the server describes it."""

    template_id: Annotated[str, Field(alias="templateId")]
    image: str
    publish: str
    format: str
    status: TemplateStatus
    created_at: datetime
    updated_at: datetime
    resource_limits: Annotated[dict[str, str] | None, Field(alias="resourceLimits")] = None
    entrypoint: list[str] | None = None
    env: dict[str, str] | None = None
    metadata: dict[str, str] | None = None
    readiness: TemplateReadiness | None = None


class TemplateFilter(Model):
    """Which templates to list: with all of the metadata; pages count from 1."""

    metadata: dict[str, str] | None = None
    page_size: Annotated[PageSize | None, Field(alias="pageSize")] = None
    page: Annotated[int, Field(ge=1)] | None = None


class PagedTemplateInfos(Answer):
    """One page of templates."""

    template_infos: list[TemplateInfo]
    pagination: PaginationInfo
