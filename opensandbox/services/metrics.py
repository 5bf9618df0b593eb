"""What a sandbox uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    from opensandbox.models import SandboxMetrics


class Metrics(Protocol):
    """`sandbox.metrics`."""

    async def get_metrics(self, sandbox_id: str) -> SandboxMetrics:
        """Return processor and memory as they are now."""
        ...


__getattr__ = public_names(__name__)
