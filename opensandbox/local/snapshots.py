"""Snapshots: the writable layers of a sandbox, kept on disk after it is gone."""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opensandbox.local.errors import ApiError
from opensandbox.local.kept import read_record, write_record
from opensandbox.local.record import RUNNING, instant, now, without_none

if TYPE_CHECKING:
    from opensandbox.local.record import SandboxRecord
    from opensandbox.local.runtime import Runtime

CREATING, READY, SNAPSHOT_FAILED = "Creating", "Ready", "Failed"
_RECORD = "snapshot.json"

logger = logging.getLogger("opensandbox.local")


@dataclass(slots=True, eq=False)
class Snapshot:
    """One snapshot. `layer` is a directory that holds everything written, also before an earlier restore.

    `metadata` is that of its source, which what is restored from it inherits.
    """

    id: str
    sandbox_id: str
    layer: Path
    image_root: Path | None = None
    name: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    state: str = CREATING
    reason: str = "snapshot_accepted"
    message: str | None = None
    created_at: datetime = field(default_factory=now)
    changed_at: datetime = field(default_factory=now)

    def view(self) -> dict[str, Any]:
        """The `Snapshot` of the protocol."""
        return without_none(
            {
                "id": self.id,
                "sandboxId": self.sandbox_id,
                "name": self.name,
                "status": without_none(
                    {
                        "state": self.state,
                        "reason": self.reason,
                        "message": self.message,
                        "lastTransitionAt": instant(self.changed_at),
                    }
                ),
                "createdAt": instant(self.created_at),
            }
        )

    def enter(self, state: str, reason: str, message: str | None = None) -> None:
        """Go to another state."""
        self.state, self.reason, self.message, self.changed_at = state, reason, message, now()


class Snapshots:
    """All snapshots in one directory; those of an earlier server on the same directory are still there."""

    def __init__(self, directory: Path, runtime: Runtime) -> None:
        self._directory = directory
        self._runtime = runtime
        self._snapshots: dict[str, Snapshot] = {}
        self._captures: set[asyncio.Task[None]] = set()

    async def load(self) -> None:
        """Read what an earlier server left; captures that it did not finish are removed."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for directory in sorted(self._directory.iterdir()):
            members = read_record(directory / _RECORD)
            if members is None:
                await self._runtime.discard(directory)
            else:
                snapshot = _from_json(members)
                self._snapshots[snapshot.id] = snapshot

    def start_capture(self, record: SandboxRecord, name: str | None) -> Snapshot:
        """Begin a snapshot of a running sandbox; follow it through its state."""
        if record.state != RUNNING or record.box is None:
            raise ApiError(
                409,
                "SNAPSHOT::INVALID_SOURCE_STATE",
                f"sandbox {record.id} is {record.state}, not Running; resume it first",
            )
        if any(
            other.sandbox_id == record.id and other.state == CREATING for other in self._snapshots.values()
        ):
            raise ApiError(
                409,
                "SNAPSHOT::RUNTIME_CREATE_CONFLICT",
                f"a snapshot of sandbox {record.id} is being taken; wait for it",
            )
        snapshot_id = str(uuid.uuid4())
        snapshot = Snapshot(
            id=snapshot_id,
            sandbox_id=record.id,
            name=name,
            layer=self._directory / snapshot_id / "layer",
            image_root=record.image_root,
            metadata=dict(record.metadata),
        )
        self._snapshots[snapshot_id] = snapshot
        task = asyncio.create_task(self._capture(snapshot, record))
        self._captures.add(task)
        task.add_done_callback(self._captures.discard)
        return snapshot

    def get(self, snapshot_id: str) -> Snapshot:
        """The snapshot with this id, or 404."""
        snapshot = self._snapshots.get(snapshot_id)
        if snapshot is None:
            raise ApiError(404, "SNAPSHOT::NOT_FOUND", f"snapshot {snapshot_id} does not exist")
        return snapshot

    def ready(self, snapshot_id: str) -> Snapshot:
        """The snapshot, fit for a restore; 404 or 409 otherwise."""
        snapshot = self.get(snapshot_id)
        if snapshot.state != READY:
            raise ApiError(
                409,
                "SNAPSHOT::NOT_READY",
                f"snapshot {snapshot_id} is {snapshot.state}; wait until it is Ready",
            )
        return snapshot

    def newest_first(self) -> list[Snapshot]:
        """All snapshots, the youngest first."""
        # Sorted upwards and then turned round: of two with the same instant, the later one is the younger.
        return sorted(self._snapshots.values(), key=lambda snapshot: snapshot.created_at)[::-1]

    async def delete(self, snapshot_id: str, layers_in_use: set[Path]) -> None:
        """Remove a snapshot; 409 while it is being taken or a sandbox stands on it."""
        snapshot = self.get(snapshot_id)
        if snapshot.state == CREATING:
            raise ApiError(
                409, "SNAPSHOT::INVALID_STATE", f"snapshot {snapshot_id} is still being taken; wait for it"
            )
        if snapshot.layer in layers_in_use:
            raise ApiError(
                409,
                "SNAPSHOT::DELETE_CONFLICT",
                f"snapshot {snapshot_id} is in use by a sandbox that was made from it; delete that first",
            )
        # The record first: without it nobody takes what is left for a whole snapshot, should the server be killed meanwhile.
        (snapshot.layer.parent / _RECORD).unlink(missing_ok=True)
        del self._snapshots[snapshot_id]
        await self._runtime.discard(snapshot.layer.parent)

    async def close(self) -> None:
        """Give up what is being taken."""
        for task in self._captures:
            task.cancel()
        await asyncio.gather(*self._captures, return_exceptions=True)

    async def _capture(self, snapshot: Snapshot, record: SandboxRecord) -> None:
        layer = snapshot.layer
        assert record.box is not None, "checked when the capture was accepted"
        try:
            layer.parent.mkdir(parents=True)
            await record.box.snapshot(layer)
            write_record(layer.parent / _RECORD, _to_json(snapshot))
            snapshot.enter(READY, "snapshot_ready")
        except Exception as error:
            logger.exception("snapshot %s could not be taken", snapshot.id)
            snapshot.enter(SNAPSHOT_FAILED, "snapshot_capture_failed", str(error))
            await self._runtime.discard(layer.parent)
        record.note("Snapshot", f"{snapshot.id}: {snapshot.reason}")


def _to_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "sandbox_id": snapshot.sandbox_id,
        "name": snapshot.name,
        "metadata": snapshot.metadata,
        "layer": str(snapshot.layer),
        "image_root": str(snapshot.image_root) if snapshot.image_root else None,
        "created_at": snapshot.created_at.isoformat(),
    }


def _from_json(members: dict[str, Any]) -> Snapshot:
    return Snapshot(
        id=members["id"],
        sandbox_id=members["sandbox_id"],
        name=members["name"],
        metadata=members.get("metadata", {}),  # older servers did not keep it
        layer=Path(members["layer"]),
        image_root=Path(members["image_root"]) if members["image_root"] else None,
        state=READY,
        reason="snapshot_ready",
        created_at=datetime.fromisoformat(members["created_at"]),
        changed_at=datetime.fromisoformat(members["created_at"]),
    )
