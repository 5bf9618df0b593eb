"""Daemons that are forked from a zygote: equal to started ones, and independent of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opensandbox.local.runtime import BoxSpec, Runtime, forked, zygote
from opensandbox.local.runtime.errors import LaunchFailed
from tests.local.runtime.boxes import STARTERS, BoxHost, BoxServerError, Sandbox, box_host, place_for
from tests.local.runtime.processes import control_groups, living_in, started_for, until

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS = re.compile(
    r"^(?:Name|Umask|NS\w+|Groups|Cap\w+|NoNewPrivs|Seccomp\w*|Sig(?:Blk|Ign|Cgt)|Threads):.*$", re.MULTILINE
)
# What differs from one of these to the next, and nothing else does.
_NUMBER = re.compile(r"\[\d+\]|[0-9a-f]{12}|/tmp/boxes-\w+")

_IDS = re.compile(r"(?<=^         0)[ \d]{11}")  # another range for each sandbox
_OUTSIDE = re.compile(r"(?<=:)\t\d+(?=\t1$)", re.MULTILINE)  # the pid in the host's namespace

_SIBLINGS = """
import os, random, ssl, uuid
from opensandbox.local.execd.forked.system import fork_sibling
random.random(), uuid.uuid1(), ssl.RAND_bytes(8)
for _ in range(2):
    read, write = os.pipe()
    if fork_sibling() == 0:
        os.write(write, f"{random.random()} {uuid.uuid4()} {ssl.RAND_bytes(8).hex()}\\n".encode())
        os._exit(0)
    print(os.read(read, 4096).decode(), end="", flush=True)
"""
_PARENT = """
import os, subprocess, sys
zygote = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
for _ in range(3):
    os.wait()
"""


@pytest.fixture(params=STARTERS)
def starter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def forking(starter: str) -> Iterator[BoxHost]:
    with box_host(starter, start="fork") as host:
        yield host


def facts_of(sandbox: Sandbox) -> dict[str, object]:
    """What the kernel says of a daemon that nobody has asked for anything yet, seen from the host."""
    process = Path("/proc", str(sandbox.pid))
    own = {entry.name: os.readlink(entry) for entry in Path("/proc/self/ns").iterdir()}
    return {
        "descriptors": sorted(_NUMBER.sub("", os.readlink(entry)) for entry in (process / "fd").iterdir()),
        "status": _STATUS.findall(_OUTSIDE.sub("", (process / "status").read_text())),
        "shared namespaces": sorted(
            name for name, place in own.items() if os.readlink(process / "ns" / name) == place
        ),
        "control groups": _NUMBER.sub("", (process / "cgroup").read_text()),
        "limits": (process / "limits").read_text(),
        "user": [_IDS.sub("", (process / name).read_text()) for name in ("uid_map", "gid_map", "setgroups")],
        "mounts": sorted(
            " ".join(_NUMBER.sub("", line).split()[3:6])
            for line in (process / "mountinfo").read_text().splitlines()
        ),
        "directory": os.readlink(process / "cwd"),
    }


def test_forked_and_started_daemons_are_equal(starter: str) -> None:
    with box_host(starter, start="fork") as forking, box_host(starter, start="exec") as starting:
        forked, started = forking.launch(), starting.launch()
        # The connections by which they were told to begin may need a moment to be closed.
        with contextlib.suppress(AssertionError):
            until(lambda: facts_of(forked) == facts_of(started))
        assert facts_of(forked) == facts_of(started)
        environments = []
        for sandbox in (forked, started):
            sandbox.fails("readlink /proc/1/exe")  # nor its memory, nor its files
            environments.append(sorted(sandbox.run("env; ulimit -a; pwd; hostname | wc -c").splitlines()))
        assert environments[0] == environments[1]


def test_nothing_of_a_snapshot_runs_beside_bubblewrap(forking: BoxHost) -> None:
    # bubblewrap still sees the host's files then, and by its /proc they could be reached. The loader says of every program what it misses.
    first = forking.launch()
    first.run("echo /no/such/library.so > /etc/ld.so.preload")
    assert "library.so" in first.run("/bin/true 2>&1")
    target = forking.place / "preloading"
    forking.call("snapshot", first.id, str(target))
    second = forking.launch(layers=[str(target)])
    assert "library.so" in second.run("/bin/true 2>&1")
    assert "library.so" not in (second.directory / "execd.log").read_text()
    forking.call("remove_tree", str(target))


def test_what_was_inherited_leads_nowhere(forking: BoxHost) -> None:
    older = forking.launch()
    younger = forking.launch()
    shown = facts_of(younger)
    assert {"/dev/null", "pipe:"} <= set(shown["descriptors"])  # type: ignore[call-overload]
    own = {os.readlink(entry) for entry in Path("/proc", str(younger.pid), "fd").iterdir()}
    for other in (older.pid, forking.pid(), zygote_of(forking)):
        theirs = {os.readlink(entry) for entry in Path("/proc", str(other), "fd").iterdir()}
        # The end of a pipe that the server reads is the one thing that both have.
        assert {place for place in own & theirs if "socket" in place or place.startswith("/tmp")} == set()
    younger.fails("cat /proc/1/environ")
    younger.fails("readlink /proc/1/exe")
    assert "/tmp/boxes" not in younger.run("cat /proc/1/cmdline; cat /proc/1/maps 2>/dev/null; env")


def test_the_zygote_knows_nothing_of_the_server(forking: BoxHost) -> None:
    environment = Path("/proc", str(zygote_of(forking)), "environ").read_bytes()
    assert b"SERVER_SECRET" in Path("/proc", str(forking.pid()), "environ").read_bytes()
    assert b"SERVER_SECRET" not in environment


def test_siblings_draw_different_random_numbers() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _PARENT, _SIBLINGS], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    first, second = (line.split() for line in said.splitlines())
    assert not set(first) & set(second)


def test_without_its_zygote_a_sandbox_goes_on_and_the_next_has_a_new_one(forking: BoxHost) -> None:
    older = forking.launch()
    zygote = zygote_of(forking)
    os.kill(zygote, signal.SIGKILL)
    assert older.run("echo works") == "works"
    assert forking.launch().run("echo works") == "works"
    assert zygote_of(forking) != zygote
    assert older.run("echo still") == "still"
    older.do("kill")
    until(lambda: not Path("/proc", str(older.pid)).exists())


def test_nothing_of_a_killed_server_stays(starter: str) -> None:
    with place_for(starter) as directory:
        host = BoxHost(directory, as_user=starter == "user", spares=1, start="fork")
        try:
            frozen, orphan = (
                host.launch(),
                host.launch(entrypoint=["sh", "-c", "trap '' TERM HUP; sleep 1000"]),
            )
            frozen.do("pause")
            zygote = zygote_of(host)
            os.kill(zygote, signal.SIGKILL)
            host.launch()  # by another zygote
            assert {frozen.pid, orphan.pid} <= set(living_in(host.state_dir))
        finally:
            host.kill_hard()
        until(lambda: living_in(host.state_dir) == [])
        until(lambda: started_for(host.state_dir) == [])
        # The next start removes what is on disk.
        BoxHost(directory, as_user=starter == "user", start="fork").stop()
        assert control_groups(host.state_dir) == []


def test_what_cannot_be_built_is_told(forking: BoxHost) -> None:
    image = forking.place / "image"
    image.mkdir(mode=0o755)
    (image / "opt").touch()  # where the daemon's directory belongs
    forking.launch()
    with pytest.raises(BoxServerError, match=r"before it was ready; it printed: bwrap: .*opt"):
        forking.launch(image_root=str(image))
    assert forking.launch().run("echo works") == "works"


def test_where_none_can_be_forked_each_is_started(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(zygote, "_MODULE", "opensandbox.local.execd.no_such_module")

    async def serve(place: Path) -> None:
        async with Runtime(place / "state", spares=0, start="fork") as runtime:
            boxes = await asyncio.gather(*(runtime.launch(f"box-{number}", BoxSpec()) for number in range(2)))
            for box in boxes:
                assert (await box.status())["running"]

    with place_for("root") as place:
        asyncio.run(serve(place))
    (said,) = (record.message for record in caplog.records if "one by one" in record.message)
    assert said.endswith("none could be forked: the process that sandboxes are forked from ended twice")


def test_a_zygote_that_is_stopped_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(place: Path) -> None:
        async with Runtime(place / "state", spares=0, start="fork") as runtime:
            await runtime.launch("first", BoxSpec())
            assert runtime._zygote is not None
            stopped = runtime._zygote.pid
            assert stopped is not None
            end = runtime._zygote.close

            def end_and_be_patient() -> None:
                monkeypatch.setattr(zygote, "_ANSWER_SECONDS", 60.0)
                end()

            monkeypatch.setattr(runtime._zygote, "close", end_and_be_patient)
            monkeypatch.setattr(zygote, "_ANSWER_SECONDS", 0.2)
            os.kill(stopped, signal.SIGSTOP)
            assert (await (await runtime.launch("second", BoxSpec())).status())["running"]
            assert runtime._zygote.pid != stopped

    with place_for("root") as place:
        asyncio.run(serve(place))


def test_a_fork_that_nobody_waits_for_any_more_leaves_no_process() -> None:
    async def serve(place: Path) -> None:
        async with Runtime(place / "state", spares=0, start="fork") as runtime:
            assert runtime._zygote is not None
            await runtime.launch("first", BoxSpec())
            before = children()
            for turns in range(4):
                asking = asyncio.create_task(runtime._zygote.fork(complete=False))
                for _ in range(turns):
                    await asyncio.sleep(0)
                asking.cancel()
                await asyncio.wait({asking})
                assert asking.cancelled()
            assert children() == before

    with place_for("root") as place:
        asyncio.run(serve(place))


def test_a_launch_that_is_cancelled_gives_its_users_back() -> None:
    async def serve(place: Path) -> None:
        async with Runtime(place / "state", spares=0, start="fork") as runtime:
            assert runtime._users.reason is None
            await (await runtime.launch("first", BoxSpec())).kill()
            for turns in range(1, 8):
                launching = asyncio.create_task(runtime.launch(f"box-{turns}", BoxSpec()))
                for _ in range(turns):
                    await asyncio.sleep(0)
                launching.cancel()
                await asyncio.wait({launching})
                assert launching.cancelled()
                assert not runtime._users._lent

    with place_for("root") as place:
        asyncio.run(serve(place))


def test_more_mounts_than_can_be_passed_on_are_refused() -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with near, far, pytest.raises(LaunchFailed, match="300 mounts, too many for one; use fewer volumes"):
        forked._send(near, {}, [], [1, 2], [0] * 300)


def children() -> set[str]:
    """Return the processes that this one has to wait for."""
    return set(Path("/proc/self/task", str(os.getpid()), "children").read_text().split())


def test_what_is_forked_is_known_for_some_processors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    async def serve(place: Path) -> None:
        async with Runtime(place / "state", spares=0, start="fork") as runtime:
            assert (await (await runtime.launch("box", BoxSpec())).status())["running"]

    with place_for("root") as place:
        asyncio.run(serve(place))
    assert "one by one: forking is not known for this processor" in caplog.text


def zygote_of(host: BoxHost) -> int:
    """The process of a server from which its sandboxes are forked."""
    (found,) = (
        int(pid)
        for task in Path("/proc", str(host.pid()), "task").iterdir()
        for pid in (task / "children").read_text().split()
        if b"execd.forked" in Path("/proc", pid, "cmdline").read_bytes()
        and os.readlink(f"/proc/{pid}/ns/pid") == os.readlink("/proc/self/ns/pid")  # not forked just now
    )
    return found
