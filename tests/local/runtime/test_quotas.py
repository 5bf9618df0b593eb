"""Limits that hold for a whole sandbox: the program meets the kernel's error, the neighbours and the server nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.waiting import until

if TYPE_CHECKING:
    from tests.local.runtime.boxes import BoxHost, Sandbox

# Starts processes that wait, until the kernel says no; prints how many there were and why there are no more.
START = """
import os, time
started = []
try:
    while len(started) < 5000:
        if (pid := os.fork()) == 0:
            time.sleep(1000)
        started.append(pid)
except OSError as error:
    print("stopped at", len(started), error.errno, flush=True)
for pid in started:
    os.kill(pid, 9)
"""


@pytest.fixture
def small(host: BoxHost) -> Sandbox:
    return host.launch(pids=50)


def test_processes_are_limited_for_the_sandbox_as_a_whole(host: BoxHost, small: Sandbox) -> None:
    assert small.notes == []
    said = small.run(f"python3 -c '{START}'")
    _, _, count, error = said.split()
    assert int(error) == 11  # EAGAIN
    assert 20 <= int(count) <= 50
    assert host.launch().run("echo neighbour") == "neighbour"
    assert small.run("echo again") == "again"
    small.do("kill")


def test_nested_user_namespaces_do_not_lead_around_the_limit(small: Sandbox) -> None:
    said = small.run(f"unshare --user --map-root-user python3 -c '{START}'")
    assert int(said.split()[2]) <= 50
    small.do("kill")


BOMB = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"


def test_a_fork_bomb_is_killed(host: BoxHost) -> None:
    sandbox = host.launch(pids=150, cpu=0.5, entrypoint=["python3", "-c", BOMB])
    sandbox.do("kill")
    until(lambda: not sandbox.directory.exists())
    assert host.launch().run("echo on") == "on"


def test_by_default_there_is_a_limit(sandbox: Sandbox) -> None:
    assert sandbox.notes == []


def test_shared_memory_is_limited_and_nothing_else_of_dev_can_be_filled(sandbox: Sandbox) -> None:
    assert "No space left" in sandbox.fails("head -c 1100M /dev/zero > /dev/shm/large")
    sandbox.run("rm /dev/shm/large && touch /dev/shm/small && stat -c %a /dev/shm | grep -x 1777")
    assert "Read-only" in sandbox.fails("echo x > /dev/file")
    sandbox.run("echo x > /dev/null && head -c 1 /dev/urandom > /dev/null")


def test_the_log_of_a_main_program_takes_a_bounded_part_of_the_disk(host: BoxHost) -> None:
    program = "head -c 400M /dev/zero; echo; echo the end; exec sleep 1000"
    sandbox = host.launch(entrypoint=["sh", "-c", program])
    log = sandbox.directory / "sock/entrypoint.log"
    until(lambda: log.stat().st_size > 400 << 20)
    until(lambda: log.stat().st_blocks * 512 < 200 << 20)
    assert host.call("log", sandbox.id).endswith("the end\n")
    sandbox.do("kill")
