# Generated from opensandbox/services/metrics.py by scripts/unasync.py. Do not edit.
"""What a sandbox uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    from datetime import timedelta

    from opensandbox._sync.monitoring.metrics import MetricsStreamSync
    from opensandbox.models import SandboxMetrics


class MetricsSync(Protocol):
    """`sandbox.metrics`."""

    def get_metrics(self, sandbox_id: str) -> SandboxMetrics:
        """Return processor and memory as they are now."""
        ...

    def watch(self, *, interval: timedelta | float | None = None) -> MetricsStreamSync:
        """Return a context manager that yields samples until the block is left; see `MetricsStreamSync`."""
        ...


__getattr__ = public_names(__name__)
