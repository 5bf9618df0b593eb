"""A real daemon process on a unix socket, unisolated, and a client for it; and waiting for conditions."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass
class Execd:
    """A running daemon."""

    process: subprocess.Popen[str]
    directory: Path
    client: httpx.Client

    def run(self, command: str | list[str], **options: Any) -> list[dict[str, Any]]:
        """Run a command in the foreground and return its events, pings left out."""
        key = "command" if isinstance(command, str) else "argv"
        response = self.client.post("/command", json={key: command, **options})
        assert response.status_code == 200, response.text
        return events(response.text)

    def control(self, **request: Any) -> dict[str, Any]:
        """Send one request to the control socket."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.directory / "control.sock"))
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
        assert isinstance(answer, dict)
        return answer

    def processor_time(self) -> float:
        """Return how many seconds of processor time the daemon itself has used."""
        _, _, fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the daemon."""
        self.client.close()
        self.process.terminate()
        assert self.process.wait(10) == 0
        assert self.process.stdout is not None
        self.process.stdout.close()


def events(text: str) -> list[dict[str, Any]]:
    """Split an execution stream into its events, pings left out."""
    assert "\r" not in text
    found = [json.loads(piece) for piece in text.split("\n\n") if piece]
    return [event for event in found if event.get("type") != "ping"]


@contextmanager
def running_execd(directory: Path, extra_path: str = "", **variables: str) -> Iterator[Execd]:
    """Start a daemon that works in `directory`/work and serves in `directory`/sock."""
    sockets, work = directory / "sock", directory / "work"
    sockets.mkdir()
    work.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "opensandbox.local.execd", "--socket-dir", str(sockets)],
        cwd=work,
        env={**os.environ, "PYTHONPATH": f"{extra_path}:{REPOSITORY}", "HOME": str(work), **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    transport = httpx.HTTPTransport(uds=str(sockets / "execd.sock"))
    execd = Execd(process, sockets, httpx.Client(transport=transport, base_url="http://execd", timeout=60))
    try:
        yield execd
    finally:
        execd.stop()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for a condition; fail when it has not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)
