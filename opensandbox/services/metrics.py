"""What a sandbox uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    from datetime import timedelta

    from opensandbox._async.monitoring.metrics import MetricsStream
    from opensandbox.models import SandboxMetrics


class Metrics(Protocol):
    """`sandbox.metrics`."""

    async def get_metrics(self, sandbox_id: str) -> SandboxMetrics:
        """Return processor and memory as they are now."""
        ...

    def watch(self, *, interval: timedelta | float | None = None) -> MetricsStream:
        """Return a context manager that yields samples until the block is left; see `MetricsStream`."""
        ...


__getattr__ = public_names(__name__)
