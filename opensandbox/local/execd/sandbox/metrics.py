"""GET /metrics and /metrics/watch: processor and memory use, of the sandbox where it has control groups, else of the machine."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.execd.http.messages import Request, Response, event_stream, json_response
from opensandbox.local.execd.run.events import now_ms

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from opensandbox.local.execd.daemon import Daemon

PROC = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")
MEASURE_SECONDS = 1.0
PAUSE_SECONDS = 1.0
IDLE_COLUMNS = (3, 4)  # idle and iowait of the first line of /proc/stat
MIB = 1 << 20


class MetricsRoutes:
    """The metric routes."""

    def __init__(self, daemon: Daemon) -> None:
        pass

    async def sample(self, request: Request) -> Response:
        """GET /metrics: takes a second, over which processor use is measured."""
        return json_response(await _measure(Gauge()))

    async def watch(self, request: Request) -> Response:
        """GET /metrics/watch: one sample per line until the client goes away."""
        return event_stream(_samples(Gauge()))


async def _samples(gauge: Gauge) -> AsyncGenerator[bytes, None]:
    while True:
        try:
            sample: dict[str, object] = dict(await _measure(gauge))
        except (OSError, ValueError) as error:
            sample = {"error": str(error)}
        yield json.dumps(sample, separators=(",", ":")).encode() + b"\n"
        await asyncio.sleep(PAUSE_SECONDS)


async def _measure(gauge: Gauge) -> dict[str, float]:
    timestamp = now_ms()
    processors = gauge.processors()
    before = gauge.processor_seconds(), time.monotonic()
    await asyncio.sleep(MEASURE_SECONDS)
    busy, passed = gauge.processor_seconds() - before[0], time.monotonic() - before[1]
    total, used = gauge.memory()
    return {
        "cpu_count": processors,
        "cpu_used_pct": round(min(max(100 * busy / (passed * processors), 0.0), 100.0), 2),
        "mem_total_mib": round(total / MIB, 2),
        "mem_used_mib": round(used / MIB, 2),
        "timestamp": timestamp,
    }


@dataclass(frozen=True, slots=True)
class Gauge:
    """Reads how much there is and how much is used; of the machine what no control group counts or limits."""

    groups: Path = GROUPS
    proc: Path = PROC

    def processors(self) -> float:
        """How many processors there are; a limit may be a fraction."""
        machine = float(len(os.sched_getaffinity(0)))
        quota = self._read("cpu", "cpu.max") or self._read("cpu", "cpu.cfs_quota_us")
        if quota is None or quota.split()[0] in ("max", "-1"):
            return machine
        period = quota.split()[1:] or (self._read("cpu", "cpu.cfs_period_us") or "").split()
        return min(machine, int(quota.split()[0]) / int(period[0])) if period else machine

    def processor_seconds(self) -> float:
        """How long processors have been busy."""
        if (used := self._read("unified", "cpu.stat")) and "usage_usec" in (counted := _pairs(used)):
            return counted["usage_usec"] / 1e6
        if used := self._read("cpu", "cpuacct.usage"):
            return int(used) / 1e9
        columns = [int(column) for column in (self.proc / "stat").read_text().partition("\n")[0].split()[1:9]]
        idle = sum(columns[index] for index in IDLE_COLUMNS)
        return (sum(columns) - idle) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> tuple[int, int]:
        """How many bytes there are, and how many of them are used; files that can be read again do not count."""
        machine = _pairs((self.proc / "meminfo").read_text().replace(":", ""))
        total = machine["MemTotal"] << 10
        for limit, usage, again in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            used, statistics = self._read("memory", usage), self._read("memory", "memory.stat")
            if used is not None and statistics is not None:
                most = (self._read("memory", limit) or "max").strip()
                total = total if most == "max" else min(total, int(most))
                return total, max(0, int(used) - _pairs(statistics).get(again, 0))
        return total, (machine["MemTotal"] - machine["MemAvailable"]) << 10

    def memory_kills(self) -> int:
        """How many processes the kernel has killed since the start for the memory limit; 0 where nobody counts them."""
        counted = self._read("memory", "memory.events") or self._read("memory", "memory.oom_control")
        return _pairs(counted or "").get("oom_kill", 0)

    def _read(self, hierarchy: str, file: str) -> str | None:
        # In a directory by the name of the hierarchy, unless there is a single one for everything.
        for place in (self.groups / hierarchy, self.groups):
            try:
                return (place / file).read_text()
            except OSError:
                continue
        return None


def _pairs(text: str) -> dict[str, int]:
    """Read lines of a name and a number."""
    rows = (line.split() for line in text.splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1}
