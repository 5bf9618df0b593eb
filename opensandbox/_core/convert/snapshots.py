"""Snapshots: requests out, records in."""

from __future__ import annotations

from opensandbox_api.lifecycle import models as api
from opensandbox_api.types import UNSET, Unset

from opensandbox._core.control.states import SNAPSHOT_STATES, check_states
from opensandbox._core.convert.sandboxes import Paging, pagination, paging
from opensandbox._core.convert.values import given, model_of, words
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import (
    CreateSnapshotRequest,
    PagedSnapshotInfos,
    SnapshotFilter,
    SnapshotInfo,
    SnapshotStatus,
)


def create_request(request: CreateSnapshotRequest | None) -> api.CreateSnapshotRequest:
    """Return the body of a snapshot creation."""
    if request is None:
        return api.CreateSnapshotRequest()
    request = model_of(CreateSnapshotRequest, "request", request)
    if request.name is None:
        return api.CreateSnapshotRequest()
    if not request.name:
        raise InvalidArgumentException("name must not be empty; leave it out for a snapshot without a name")
    return api.CreateSnapshotRequest(name=request.name)


class PageQuery(Paging):
    """The arguments of a list call."""

    sandbox_id: str | Unset
    name: str | Unset
    state: list[str] | Unset


def page_query(filter: SnapshotFilter) -> PageQuery:
    """Return the arguments of a list call; what the filter leaves out is not sent."""
    wanted = model_of(SnapshotFilter, "filter", filter)
    check_states("states", wanted.states or (), SNAPSHOT_STATES)
    return {
        "sandbox_id": UNSET if wanted.sandbox_id is None else wanted.sandbox_id,
        "name": UNSET if wanted.name is None else wanted.name,
        "state": list(wanted.states) if wanted.states else UNSET,
        **paging(wanted.page, wanted.page_size),
    }


def info(answer: api.Snapshot) -> SnapshotInfo:
    """Return the record of a snapshot."""
    status = SnapshotStatus.model_construct(
        state=str(answer.status.state),
        reason=given(answer.status.reason),
        message=words(answer.status.message),
        last_transition_at=given(answer.status.last_transition_at),
    )
    return SnapshotInfo.model_construct(
        id=answer.id,
        sandbox_id=answer.sandbox_id,
        name=given(answer.name),
        status=status,
        created_at=answer.created_at,
    )


def page(answer: api.ListSnapshotsResponse) -> PagedSnapshotInfos:
    """Return one page of snapshot records."""
    return PagedSnapshotInfos.model_construct(
        snapshot_infos=[info(item) for item in answer.items], pagination=pagination(answer.pagination)
    )
