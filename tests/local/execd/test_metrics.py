"""What the daemon reads about processors and memory: from control groups of either version, else from the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from opensandbox.local.execd.sandbox.metrics import MIB, Gauge

MACHINE = "MemTotal: 4194304 kB\nMemFree: 1 kB\nMemAvailable: 1048576 kB\nHugePages_Total: 0\n"
TICKS = os.sysconf("SC_CLK_TCK")
PROCESSORS = float(len(os.sched_getaffinity(0)))


def gauge(directory: Path, **files: str) -> Gauge:
    """A gauge on files; two underscores in a name stand for a directory, one for a dot."""
    (directory / "proc").mkdir()
    (directory / "proc/meminfo").write_text(MACHINE)
    (directory / "proc/stat").write_text(f"cpu  {3 * TICKS} 0 {TICKS} 100 100 0 0 0 9 9\ncpu0 1\n")
    for name, content in files.items():
        path = directory / "groups" / name.replace("__", "/").replace("_", ".", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Gauge(directory / "groups", directory / "proc")


def test_version_2(tmp_path: Path) -> None:
    found = gauge(
        tmp_path,
        cpu_max="50000 100000\n",
        cpu_stat="usage_usec 2500000\nuser_usec 1\n",
        memory_max="268435456\n",
        memory_current="104857600\n",
        memory_stat="anon 1\ninactive_file 20971520\n",
    )
    assert found.processors() == 0.5
    assert found.processor_seconds() == 2.5
    assert found.memory() == (256 * MIB, 80 * MIB)


def test_version_2_without_limits(tmp_path: Path) -> None:
    found = gauge(
        tmp_path, cpu_max="max 100000\n", memory_max="max\n", memory_current="1048576\n", memory_stat=""
    )
    assert found.processors() == PROCESSORS
    assert found.memory() == (4096 * MIB, MIB)


@pytest.mark.parametrize(
    ("quota", "processors"), [("25000", 0.25), ("-1", PROCESSORS), ("900000000", PROCESSORS)]
)
def test_version_1_with_its_directories(tmp_path: Path, quota: str, processors: float) -> None:
    found = gauge(tmp_path, unified__cpu_stat="usage_usec 1500000\n")
    for name, content in {
        "cpu/cpu.cfs_quota_us": quota,
        "cpu/cpu.cfs_period_us": "100000",
        "memory/memory.limit_in_bytes": "9223372036854771712",
        "memory/memory.usage_in_bytes": "3145728",
        "memory/memory.stat": "total_inactive_file 1048576",
    }.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    assert found.processors() == processors
    assert found.processor_seconds() == 1.5
    assert found.memory() == (4096 * MIB, 2 * MIB)


def test_without_control_groups_the_machine_is_measured(tmp_path: Path) -> None:
    found = gauge(tmp_path)
    assert found.processors() == PROCESSORS
    assert found.processor_seconds() == 4.0
    assert found.memory() == (4096 * MIB, 3072 * MIB)
