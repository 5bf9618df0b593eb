"""Templates: build requests out, records in."""

from __future__ import annotations

from opensandbox_api.lifecycle import models as api
from opensandbox_api.types import UNSET, Unset

from opensandbox._core.control.creation_rules import check_resources, check_template_environment
from opensandbox._core.control.labels import check_labels
from opensandbox._core.convert.sandboxes import Paging, metadata_query, pagination, paging
from opensandbox._core.convert.values import given, mapping, model_of, wire, words
from opensandbox.models.templates import (
    CreateTemplateRequest,
    PagedTemplateInfos,
    TemplateFilter,
    TemplateInfo,
    TemplateReadiness,
    TemplateStatus,
)


def create_request(request: CreateTemplateRequest) -> api.CreateFsbTemplateRequest:
    """Return the body of a build; what the request leaves out is the server's to choose."""
    request = model_of(CreateTemplateRequest, "request", request)
    check_labels("metadata", request.metadata or {})
    check_template_environment(request.env or {})
    check_resources("resource_limits", request.resource_limits or {})
    body = api.CreateFsbTemplateRequest.from_dict(wire(request))
    if request.format is None:
        body.format_ = UNSET
    return body


class PageQuery(Paging):
    """The arguments of a list call."""

    metadata: str | Unset


def page_query(filter: TemplateFilter) -> PageQuery:
    """Return the arguments of a list call; what the filter leaves out is not sent."""
    wanted = model_of(TemplateFilter, "filter", filter)
    return {"metadata": metadata_query(wanted.metadata), **paging(wanted.page, wanted.page_size)}


def info(answer: api.FsbTemplate) -> TemplateInfo:
    """Return the record of a template."""
    readiness = given(answer.readiness)
    gate = None
    if readiness is not None:
        gate = TemplateReadiness.model_construct(
            probe=given(readiness.probe), warmup_seconds=given(readiness.warmup_seconds)
        )
    status = TemplateStatus.model_construct(
        phase=str(answer.status.phase),
        manifest_ref=given(answer.status.manifest_ref),
        message=words(answer.status.message),
    )
    return TemplateInfo.model_construct(
        template_id=answer.template_id,
        image=answer.image,
        publish=answer.publish,
        format=str(answer.format_),
        status=status,
        created_at=answer.created_at,
        updated_at=answer.updated_at,
        resource_limits=mapping(answer.resource_limits),
        entrypoint=given(answer.entrypoint),
        env=mapping(answer.env),
        metadata=mapping(answer.metadata),
        readiness=gate,
    )


def page(answer: api.ListFsbTemplatesResponse) -> PagedTemplateInfos:
    """Return one page of template records."""
    return PagedTemplateInfos.model_construct(
        template_infos=[info(item) for item in answer.items], pagination=pagination(answer.pagination)
    )
