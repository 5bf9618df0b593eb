"""Stand-ins for a deployment, each in a process of its own: the programs `stub` and `pool_deployment`."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.bench.subjects import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def stand_in(program: str, *arguments: str) -> Iterator[str]:
    """Run one of `programs/` that serves until its input ends, and lend the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, PROGRAMS / f"{program}.py", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None, "it is piped"
        yield process.stdout.readline().strip()
    finally:
        process.communicate("", timeout=10)
