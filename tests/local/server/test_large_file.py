"""A large file to a real sandbox and back, by both twins: equal to the last byte, at constant memory."""

from __future__ import annotations

import filecmp
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from opensandbox.local import LocalServer

MIB = 1 << 20
SIZE = int(os.environ.get("OPENSANDBOX_TEST_LARGE_MIB", "64"))
"""MiB. What is promised holds for a file of 1024."""

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("twin", ["_async", "_sync"])
def test_a_large_file_comes_back_equal_and_takes_no_memory(
    server: LocalServer, tmp_path: Path, twin: str
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    block = random.Random(1).randbytes(MIB)
    with source.open("wb") as file:
        for number in range(SIZE):
            file.write(number.to_bytes(8, "big") + block[8:])
        file.write(b"the end")
    arguments = [twin, server.domain, server.api_key, str(source), str(target)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.large_file", *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'generated'}"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert filecmp.cmp(source, target, shallow=False)
    assert int(done.stdout) < 32 * MIB
