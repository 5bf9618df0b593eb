"""A real browser that opens a page. Nothing but this machine is reached."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FLAGS = (
    "--headless",
    "--no-sandbox",  # which needs what containers do not give
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",  # or it would end with the first page it has loaded
)


@contextmanager
def browsing(url: str, profile: Path) -> Iterator[None]:
    """Have a page open for as long as the block lasts. `profile` is an empty directory of its own."""
    chromium = shutil.which("chromium")
    assert chromium, "these tests need a browser: apt-get install chromium"
    with (profile / "browser.log").open("wb") as log:
        browser = subprocess.Popen(
            [chromium, *_FLAGS, f"--user-data-dir={profile}", url],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()
