"""GET /metrics and /metrics/watch: processor and memory use, from /proc."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.execd.events import now_ms
from opensandbox.local.execd.messages import Request, Response, event_stream, json_response

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from opensandbox.local.execd.app import Daemon

PROC = Path("/proc")
MEASURE_SECONDS = 1.0
PAUSE_SECONDS = 1.0
IDLE_COLUMNS = (3, 4)  # idle and iowait of the first line of /proc/stat


class Area:
    """The metric routes."""

    def __init__(self, daemon: Daemon) -> None:
        pass

    async def sample(self, request: Request) -> Response:
        """GET /metrics: takes a second, over which processor use is measured."""
        return json_response(await _measure())

    async def watch(self, request: Request) -> Response:
        """GET /metrics/watch: one sample per line until the client goes away."""
        return event_stream(_samples())


async def _samples() -> AsyncGenerator[bytes, None]:
    while True:
        try:
            sample: dict[str, object] = dict(await _measure())
        except (OSError, ValueError) as error:
            sample = {"error": str(error)}
        yield json.dumps(sample, separators=(",", ":")).encode() + b"\n"
        await asyncio.sleep(PAUSE_SECONDS)


async def _measure() -> dict[str, float]:
    timestamp = now_ms()
    before = _processor_times()
    await asyncio.sleep(MEASURE_SECONDS)
    after = _processor_times()
    total = after[0] - before[0]
    busy = total - (after[1] - before[1])
    memory = _memory()
    return {
        "cpu_count": float(len(os.sched_getaffinity(0))),
        "cpu_used_pct": round(min(max(100 * busy / total, 0.0), 100.0), 2) if total else 0.0,
        "mem_total_mib": round(memory["MemTotal"] / 1024, 2),
        "mem_used_mib": round((memory["MemTotal"] - memory["MemAvailable"]) / 1024, 2),
        "timestamp": timestamp,
    }


def _processor_times() -> tuple[int, int]:
    with (PROC / "stat").open() as file:
        columns = [int(column) for column in file.readline().split()[1:9]]
    return sum(columns), sum(columns[index] for index in IDLE_COLUMNS)


def _memory() -> dict[str, int]:
    lines = (PROC / "meminfo").read_text().splitlines()
    return {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
