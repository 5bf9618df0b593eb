"""What a sandbox uses."""

from __future__ import annotations

from opensandbox.models.base import Answer


class SandboxMetrics(Answer):
    """Processor and memory of a sandbox at one moment.

    `cpu_used_percentage` is relative to one processor's hundred per cent as the daemon counts it,
    memory is in MiB, `timestamp` in Unix milliseconds.
    """

    cpu_count: float
    cpu_used_percentage: float
    memory_total_in_mib: float
    memory_used_in_mib: float
    timestamp: int
