# Generated from opensandbox/services/health.py by scripts/unasync.py. Do not edit.
"""Whether a sandbox answers."""

from __future__ import annotations

from typing import Protocol


class HealthSync(Protocol):
    """The built-in health check."""

    def ping(self, sandbox_id: str) -> bool:
        """Tell whether the daemon in the sandbox answers; a refused key is raised."""
        ...
