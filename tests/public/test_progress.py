"""The progress bar, on a real transfer and without its extra."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.progress import ProgressBar
from tests.support.deployment import Deployment

MIB = 1 << 20


def test_the_bar_shows_a_transfer_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(3 * MIB))
    screen = io.StringIO()
    with Deployment() as server:
        server.add("box")
        config = ConnectionConfigSync(domain=server.address, api_key="key", protocol="http")
        with (
            SandboxSync("box", connection_config=config) as sandbox,
            ProgressBar("[up] large", console=Console(file=screen, width=100)) as bar,
        ):
            sandbox.files.upload(tmp_path / "large", "/large", progress=bar)
    shown = screen.getvalue()
    assert "[up] large" in shown
    assert "3.1/3.1 MB" in shown


def test_a_transfer_that_fails_leaves_the_bar_where_it_was() -> None:
    screen = io.StringIO()

    def transfer() -> None:
        with ProgressBar(console=Console(file=screen, width=100)) as bar:
            bar(500_000, 1_000_000)
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        transfer()
    assert "0.5/1.0 MB" in screen.getvalue()


def test_length_that_nobody_knows_is_no_problem() -> None:
    screen = io.StringIO()
    with ProgressBar(console=Console(file=screen, width=100)) as bar:
        bar(2_000_000, None)
    assert "2.0/? MB" in screen.getvalue()


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ImportError, match=r"opensandbox\[progress\]"):
        ProgressBar()
