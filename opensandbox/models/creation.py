"""What a creation waits for, told while it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta  # noqa: TC003 - what `waited` is can be asked for
from enum import StrEnum

from opensandbox._core.names import tells_keywords

__all__ = ["CreationProgress", "CreationStep"]


class CreationStep(StrEnum):
    """The things that `create` waits for, in their order."""

    ANSWER = "answer"
    """The server's answer. It comes when the image was pulled and the sandbox has started."""
    PENDING = "pending"
    """The address of a sandbox whose state is still `Pending`."""
    PING = "ping"
    """The first successful ping of the sandbox, or of the health check that was passed in its place."""


@tells_keywords
@dataclass(frozen=True)
class CreationProgress:
    """What a creation waits for now, as `create(progress=…)` is told whenever that changes.

    `message` says it in words, `waited` is the time since `create` was called, `sandbox_id` is known once the server has answered.

        def show(progress: CreationProgress) -> None:
            print(f"{progress.waited.total_seconds():.0f} s: waiting for {progress.message}")
    """

    step: CreationStep
    message: str
    waited: timedelta
    sandbox_id: str | None = None
