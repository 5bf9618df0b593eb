"""Metrics: usage samples in."""

from __future__ import annotations

from typing import Any

from opensandbox.models.sandboxes import SandboxMetrics


def sample(answer: Any) -> SandboxMetrics:
    """Return one usage sample."""
    return SandboxMetrics(
        cpu_count=answer.cpu_count,
        cpu_used_percentage=answer.cpu_used_pct,
        memory_total_in_mib=answer.mem_total_mib,
        memory_used_in_mib=answer.mem_used_mib,
        timestamp=answer.timestamp,
    )
