"""What the server knows about one sandbox, and how it shows it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from opensandbox.local.api.bodies import IdlePolicy
    from opensandbox.local.egress.sandbox import SandboxEgress
    from opensandbox.local.proxy.upstream import Upstream
    from opensandbox.local.runtime import Box

PENDING, RUNNING, PAUSING, PAUSED, RESUMING, STOPPING, TERMINATED, FAILED = (
    "Pending",
    "Running",
    "Pausing",
    "Paused",
    "Resuming",
    "Stopping",
    "Terminated",
    "Failed",
)


def now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


def instant(moment: datetime) -> str:
    """A moment as it travels: RFC 3339 in UTC, ending in `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def without_none(members: dict[str, Any]) -> dict[str, Any]:
    """An answer leaves out what has no value."""
    return {name: value for name, value in members.items() if value is not None}


@dataclass(slots=True, eq=False)
class SandboxRecord:
    """One sandbox. Only the registry changes `state`; everything runs on the server's one event loop."""

    id: str
    entrypoint: tuple[str, ...]
    image: dict[str, Any] | None = None
    snapshot_id: str | None = None
    template_id: str | None = None
    platform: dict[str, str] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    renew_on_access: float | None = None
    idle: IdlePolicy | None = None
    secure_token: str | None = None
    image_root: Path | None = None
    layers: tuple[Path, ...] = ()
    created_at: datetime = field(default_factory=now)
    state: str = PENDING
    reason: str | None = None
    message: str | None = None
    changed_at: datetime = field(default_factory=now)
    box: Box | None = None
    egress: SandboxEgress | None = None
    # Random per sandbox: whoever did not get it from the lifecycle API cannot reach the daemon.
    execd_token: str = field(default_factory=lambda: secrets.token_hex(24))
    upstreams: dict[int, Upstream] = field(default_factory=dict)
    # What is left of the log when the box is gone.
    last_log: bytes = b""
    events: list[tuple[datetime, str, str]] = field(default_factory=list)
    # Set when the state changes, and replaced.
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, kind: str, message: str) -> None:
        """Record something that happened, for the diagnostics."""
        self.events.append((now(), kind, message))

    def log(self, limit: int) -> bytes:
        """The end of what the main program printed, at most `limit` bytes."""
        if self.box is None or self.box.exited:
            return self.last_log[-limit:]
        return self.box.entrypoint_log(limit)

    def enter(self, state: str, reason: str, message: str | None = None) -> None:
        """Go to another state and record it."""
        self.state, self.reason, self.message, self.changed_at = state, reason, message, now()
        self.note(state, f"{reason}: {message}" if message else reason)
        self.changed.set()
        self.changed = asyncio.Event()

    def status(self) -> dict[str, Any]:
        """The `SandboxStatus` of the protocol."""
        return without_none(
            {
                "state": self.state,
                "reason": self.reason,
                "message": self.message,
                "lastTransitionAt": instant(self.changed_at),
            }
        )

    def created_view(self) -> dict[str, Any]:
        """The `CreateSandboxResponse` of the protocol."""
        return without_none(
            {
                "id": self.id,
                "status": self.status(),
                "metadata": self.metadata or None,
                "platform": self.platform,
                "expiresAt": instant(self.expires_at) if self.expires_at else None,
                "createdAt": instant(self.created_at),
                "entrypoint": list(self.entrypoint),
                "extensions": self.extensions or None,
            }
        )

    def view(self) -> dict[str, Any]:
        """The `Sandbox` of the protocol."""
        return self.created_view() | without_none({"image": self.image, "snapshotId": self.snapshot_id})
