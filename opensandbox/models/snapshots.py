"""Saved states of sandboxes."""

from __future__ import annotations

from datetime import datetime

from opensandbox.models.base import Answer, Model
from opensandbox.models.pagination import PageFilter, PaginationInfo


class CreateSnapshotRequest(Model):
    """A snapshot to be made, optionally with a name."""

    name: str | None = None


class SnapshotStatus(Answer):
    """How far a snapshot is: `Creating`, `Ready`, `Failed`, or another word of the server's."""

    state: str
    reason: str | None = None
    message: str | None = None
    last_transition_at: datetime | None = None


class SnapshotInfo(Answer):
    """A snapshot as the server describes it."""

    id: str
    sandbox_id: str
    name: str | None = None
    status: SnapshotStatus
    created_at: datetime


class SnapshotFilter(PageFilter):
    """Which snapshots to list; everything given has to fit."""

    sandbox_id: str | None = None
    name: str | None = None
    states: list[str] | None = None


class PagedSnapshotInfos(Answer):
    """One page of snapshots."""

    snapshot_infos: list[SnapshotInfo]
    pagination: PaginationInfo
