"""What became of many sandboxes that were to be ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opensandbox.exceptions import SandboxException


@dataclass(frozen=True, slots=True)
class SweepReport:
    """The ids of the sandboxes that a sweep found, by outcome.

    `killed` were ended by it, `gone` ended by themselves meanwhile, `failed` maps the others to what stood in the way.

        report = await manager.sweep(older_than=timedelta(hours=2), metadata={"team": "ci"})
        print(f"{len(report.killed)} ended, {len(report.failed)} left")
    """

    killed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: dict[str, SandboxException] = field(default_factory=dict)
