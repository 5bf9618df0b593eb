"""Whether a sandbox answers."""

from __future__ import annotations

from typing import Protocol


class Health(Protocol):
    """The built-in health check."""

    async def ping(self, sandbox_id: str) -> bool:
        """Tell whether the daemon in the sandbox answers; a refused key is raised."""
        ...
