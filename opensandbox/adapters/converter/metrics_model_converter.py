"""Kept for programs written for 1.1.1: usage samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox._core.convert.metrics import sample

if TYPE_CHECKING:
    from opensandbox.models.sandboxes import SandboxMetrics


class MetricsModelConverter:
    """Turns the generated `Metrics` into the public model."""

    @staticmethod
    def to_sandbox_metrics(api_metrics: Any) -> SandboxMetrics:
        """Return the sample as `SandboxMetrics`."""
        return sample(api_metrics)
