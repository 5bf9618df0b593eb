"""Programs that end while a sandbox is being made: it is gone when the process is, which ends within a bound."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from itertools import count
from types import TracebackType
from typing import Self

import pytest

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from tests.support.deployment import Deployment
from tests.support.faults import APP, Gate
from tests.support.loop_server import PATIENCE
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to a process")

PRELUDE = """
import asyncio, logging, os, signal, sys, threading
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(name)s: %(message)s")
import opensandbox._async.sandbox, opensandbox._sync.sandbox
from opensandbox import Sandbox, SandboxSync
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
settings = dict(domain=os.environ["SERVER"], api_key="key", protocol="http")

async def create():
    try:
        await Sandbox.create("ubuntu", connection_config=ConnectionConfig(**settings))
    except asyncio.CancelledError:
        print("cancelled", flush=True)
        raise

def create_sync():
    try:
        SandboxSync.create("ubuntu", connection_config=ConnectionConfigSync(**settings))
    except BaseException as error:
        print("interrupted by", type(error).__name__, flush=True)
        raise
"""

ASYNC, BLOCKING = "asyncio.run(create())", "create_sync()"
BOTH = pytest.mark.parametrize("program", [ASYNC, BLOCKING], ids=["async", "blocking"])
WAITING = "waiting for what goes on in the background"


class Program:
    """A Python process that is listened to."""

    def __init__(self, server: Deployment, text: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PRELUDE + textwrap.dedent(text)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "SERVER": server.address, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.said = ""

    def until_it_says(self, text: str) -> None:
        """Read on until a line with `text`."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line
            if text in line:
                return
        pytest.fail(f"it never said {text!r}, but:\n{self.said}")

    def go_on(self) -> None:
        """Write a line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def interrupt(self, number: int = signal.SIGINT) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Wait for the end, and return the exit status."""
        assert self._process.stdout is not None
        self.said += self._process.stdout.read()
        status = self._process.wait(PATIENCE)
        for complaint in (
            "was destroyed",
            "never retrieved",
            "never awaited",
            "ResourceWarning",
            "in threading",
        ):
            assert complaint not in self.said
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@pytest.fixture
def server() -> Iterator[Deployment]:
    with Deployment() as server:
        yield server


@pytest.fixture
def gate(server: Deployment) -> Iterator[Gate]:
    """Return a gate that the answer to a creation has to pass; the sandbox is there before."""
    gate = Gate()
    server.script("POST /v1/sandboxes", [gate, APP])
    yield gate
    gate.open()


@pytest.mark.parametrize(
    "end",
    [
        "await asyncio.wait_for(task, 0)",
        "return  # with the task still at it",
    ],
    ids=["timed out", "left behind as a task"],
)
def test_end_of_the_event_loop_waits_for_the_removal(server: Deployment, gate: Gate, end: str) -> None:
    text = f"""
        async def main():
            task = asyncio.ensure_future(create())
            await asyncio.to_thread(sys.stdin.readline)
            {end}
        asyncio.run(main())
    """
    with Program(server, text) as program:
        until(lambda: gate.reached)
        program.go_on()
        program.until_it_says(WAITING)
        gate.open()
        program.end()
    assert "cancelled" in program.said
    assert "DELETE /v1/sandboxes/sbx-1" in server.lines()
    assert server.alive == {}, server.lines()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_event_loop_that_ends_at_any_moment_leaves_no_sandbox(server: Deployment, host: str) -> None:
    config = ConnectionConfig(domain=f"{host}:{server.port}", api_key="key", protocol="http")

    async def main(turns: int) -> asyncio.Task[Sandbox]:
        task = asyncio.ensure_future(Sandbox.create("ubuntu", connection_config=config))
        for _ in range(turns):
            await asyncio.sleep(0)
        return task

    for turns in count():
        task = asyncio.run(main(turns))
        if not task.cancelled():
            assert list(server.alive) == [task.result().id]  # it was made before the end
            break
        assert server.alive == {}, turns
    assert turns > 5
    assert "DELETE /v1/sandboxes/sbx-1" in server.lines()


@BOTH
def test_interrupted_program_removes_what_it_was_making(server: Deployment, gate: Gate, program: str) -> None:
    with Program(server, program) as running:
        until(lambda: gate.reached)
        running.interrupt()
        running.until_it_says(WAITING)
        gate.open()
        assert running.end() == -signal.SIGINT
    assert "KeyboardInterrupt" in running.said
    assert "DELETE /v1/sandboxes/sbx-1" in server.lines()
    assert server.alive == {}, server.lines()


@BOTH
def test_interrupt_while_it_gets_ready_removes_it(server: Deployment, program: str) -> None:
    gate = Gate()
    server.script("GET /at/*/*/ping", [gate, APP])
    with Program(server, program) as running:
        until(lambda: gate.reached)
        running.interrupt()
        assert running.end() == -signal.SIGINT
    assert server.alive == {}, server.lines()


@BOTH
def test_second_interrupt_does_not_stop_the_removal(server: Deployment, gate: Gate, program: str) -> None:
    with Program(server, program) as running:
        until(lambda: gate.reached)
        running.interrupt()
        running.until_it_says(WAITING)
        running.interrupt()
        running.until_it_says("interrupt again to leave it behind")
        gate.open()
        assert running.end() == -signal.SIGINT
    assert server.alive == {}, server.lines()


@pytest.mark.parametrize("pause", [0.0, 0.005, 0.05])
def test_two_interrupts_in_a_row_do_not_stop_the_removal(
    server: Deployment, gate: Gate, pause: float
) -> None:
    # Blocking only: before the wait has begun, a second one reaches an event loop anywhere, and may break its own workings.
    with Program(server, BLOCKING) as running:
        until(lambda: gate.reached)
        running.interrupt()
        time.sleep(pause)
        running.interrupt()
        running.until_it_says(WAITING)
        gate.open()
        running.end()
    assert server.alive == {}, running.said


@BOTH
def test_third_interrupt_ends_the_wait(server: Deployment, gate: Gate, program: str) -> None:
    with Program(server, program) as running:
        until(lambda: gate.reached)
        running.interrupt()
        running.until_it_says(WAITING)
        running.interrupt()
        running.until_it_says("interrupt again to leave it behind")
        running.interrupt()
        running._process.wait(PATIENCE)
        assert not gate._open


@BOTH
def test_server_that_never_answers_holds_the_program_up_for_a_limited_time(
    server: Deployment, gate: Gate, program: str
) -> None:
    limit = "opensandbox._async.sandbox.CLEAN_UP_SECONDS = opensandbox._sync.sandbox.CLEAN_UP_SECONDS = 0.2\n"
    with Program(server, limit + program) as running:
        until(lambda: gate.reached)
        running.interrupt()
        assert running.end() == -signal.SIGINT
    assert "took too long" in running.said


def test_signal_handler_that_exits_counts_as_an_interrupt(server: Deployment, gate: Gate) -> None:
    text = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))\ncreate_sync()"
    with Program(server, text) as running:
        until(lambda: gate.reached)
        running.interrupt(signal.SIGTERM)
        running.until_it_says("interrupted by SystemExit")
        gate.open()
        assert running.end() == 3
    assert server.alive == {}, server.lines()


def test_exit_of_the_main_thread_waits_for_a_thread_that_makes_and_ends_a_sandbox(
    server: Deployment, gate: Gate
) -> None:
    text = """
        def work():
            SandboxSync.create("ubuntu", connection_config=ConnectionConfigSync(**settings)).destroy()
        threading.Thread(target=work).start()
        sys.exit(3)
    """
    with Program(server, text) as running:
        until(lambda: gate.reached)
        gate.open()
        assert running.end() == 3
    assert "DELETE /v1/sandboxes/sbx-1" in server.lines()
    assert server.alive == {}, server.lines()
