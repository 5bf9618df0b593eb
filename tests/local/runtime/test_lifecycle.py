"""Launch, pause, limit, kill: started by root and by an ordinary user."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.local.runtime.boxes import BoxServerError
from tests.local.runtime.processes import living_in, until

if TYPE_CHECKING:
    from tests.local.runtime.boxes import BoxHost

COUNTING = "i=0; while true; do i=$((i+1)); echo $i > /tmp/count; sleep 0.01; done"


def count(host: BoxHost, name: str) -> str:
    """How far a counting sandbox is, read from outside, as nothing inside answers while it is paused."""
    return (host.state_dir / "sandboxes" / name / "upper/root/tmp/count").read_text()


def test_launch_starts_the_entrypoint_with_its_environment(host: BoxHost) -> None:
    sandbox = host.launch(
        entrypoint=["sh", "-c", "echo $GREETING > /tmp/said; exit 3"], env={"GREETING": "hello"}
    )
    until(lambda: sandbox.do("status")["running"] is False)
    assert sandbox.do("status")["exit_code"] == 3
    assert sandbox.run("cat /tmp/said") == "hello"


def test_pause_stops_and_resume_continues_every_process(host: BoxHost) -> None:
    sandbox = host.launch(entrypoint=["sh", "-c", COUNTING])
    sandbox.run("until test -s /tmp/count; do sleep 0.01; done")
    sandbox.do("pause")
    sandbox.do("pause")
    before = count(host, sandbox.name)
    with pytest.raises(BoxServerError, match="is it paused"):
        host.call("box", sandbox.id, "dial", 80, timeout=0.5)
    assert count(host, sandbox.name) == before
    sandbox.do("resume")
    sandbox.do("resume")
    until(lambda: count(host, sandbox.name) not in (before, ""))


def test_resume_leaves_stopped_what_the_user_had_stopped(host: BoxHost) -> None:
    sandbox = host.launch()
    sandbox.run("sleep 100 & echo $! > /tmp/pid; kill -STOP $!")
    sandbox.do("pause")
    sandbox.do("resume")
    assert sandbox.run("cut -d' ' -f3 /proc/$(cat /tmp/pid)/stat") == "T"


@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
def test_kill_leaves_nothing_and_is_quick(host: BoxHost, paused: bool) -> None:
    sandbox = host.launch()
    sandbox.run(
        "trap '' TERM; sleep 100 & mkdir -m 0 /tmp/closed; mkdir -p $(printf '/tmp/d%.0s' $(seq 300))"
    )
    if paused:
        sandbox.do("pause")
    start = time.monotonic()
    sandbox.do("kill")
    assert time.monotonic() - start < 5
    assert not Path(f"/proc/{sandbox.pid}").exists()
    sandbox.do("kill")
    until(lambda: not sandbox.directory.exists())


def test_a_sandbox_that_ends_itself_is_noticed_and_can_be_cleaned_up(host: BoxHost) -> None:
    sandbox = host.launch()
    os.kill(sandbox.pid, signal.SIGKILL)
    assert isinstance(sandbox.do("wait"), int)
    sandbox.do("kill")
    until(lambda: not sandbox.directory.exists())


@pytest.mark.parametrize(
    "script",
    [
        "pkill -f python",
        "pkill -f opensandbox",
        "pkill -9 tail",
        "pkill -9 -u root",
        "kill $(ps aux | grep '[p]ython' | awk '{print $2}')",
        "kill 1; kill -INT 1; kill -HUP 1; kill -9 1",
        "kill -TERM -1",
        "kill -9 -1",
    ],
)
def test_no_signal_from_inside_ends_the_sandbox(host: BoxHost, script: str) -> None:
    sandbox = host.launch(env={"PATH": "/usr/bin:/bin"})
    sandbox.run("(sleep 1000 &)")
    with contextlib.suppress(BoxServerError, AssertionError):  # the script's own shell may be hit
        sandbox.run(script)
    assert sandbox.run("echo up") == "up"
    assert sandbox.do("status")["running"]


def test_no_process_shows_what_serves_the_sandbox(host: BoxHost) -> None:
    sandbox = host.launch()
    shown = sandbox.run("cat /proc/[0-9]*/cmdline /proc/[0-9]*/comm | tr '\\0' ' '")
    assert "sandbox-init" in shown
    assert "opensandbox" not in shown
    assert "python" not in shown


def test_orphans_are_reaped(host: BoxHost) -> None:
    sandbox = host.launch()
    sandbox.run("for n in 1 2 3 4 5; do (sleep 0.01 &) ; done")
    until(lambda: "Z" not in sandbox.run("cut -d' ' -f3 /proc/[0-9]*/stat | tr -d '\\n'"))
    assert "sleep" not in sandbox.run("cat /proc/[0-9]*/comm")


def test_memory_is_limited_or_the_shortfall_is_named(host: BoxHost) -> None:
    sandbox = host.launch(memory=256 << 20)
    said = sandbox.fails("python3 -c \"b = bytearray(400 << 20); print('got it')\"")
    assert "got it" not in said
    if host.as_user:
        assert any("each process" in note for note in sandbox.notes)
    else:
        assert sandbox.notes == []


def test_cpu_is_limited_or_the_shortfall_is_named(host: BoxHost) -> None:
    sandbox = host.launch(cpu=0.2)
    if host.as_user:
        assert any("cpu limit of 0.2 is not enforced" in note for note in sandbox.notes)
    else:
        used = "import time; end = time.monotonic() + 1\nwhile time.monotonic() < end: pass\nprint(time.process_time())"
        assert float(sandbox.run(f"python3 -c '{used}'")) < 0.5
        assert sandbox.notes == []


def test_a_limit_that_cannot_hold_is_not_pretended(host: BoxHost) -> None:
    notes = host.launch(memory=16 << 20).notes if host.as_user else ["too small"]
    assert any("too small" in note for note in notes)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"entrypoint": []}, "entrypoint is empty"),
        ({"cpu": 0}, "cpu is 0"),
        ({"memory": -1}, "memory is -1"),
        ({"image_root": "/does/not/exist"}, "image root /does/not/exist is not a directory"),
        ({"layers": ["/does/not/exist"]}, "snapshot /does/not/exist does not exist"),
        ({"mounts": [["/does/not/exist", "/mnt/x", False]]}, "mount source /does/not/exist does not exist"),
        ({"mounts": [["relative", "/mnt/x", False]]}, "'relative' is relative"),
        ({"mounts": [["/usr", "/mnt/../etc", False]]}, "'/mnt/../etc' must be an absolute path"),
        ({"mounts": [["/usr", "/proc/sys", False]]}, "'/proc/sys' is reserved"),
        ({"mounts": [["/usr", "/", False]]}, "'/' is reserved"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    host: BoxHost, shape: dict[str, object], message: str
) -> None:
    known = set((host.state_dir / "sandboxes").iterdir())
    with pytest.raises(BoxServerError, match=message) as refusal:
        host.launch(**shape)
    assert refusal.value.kind == "ValueError"
    assert set((host.state_dir / "sandboxes").iterdir()) <= known


def test_a_mount_over_a_link_is_refused(host: BoxHost) -> None:
    volume = host.place / "volume"
    volume.mkdir(exist_ok=True)
    volume.chmod(0o777)
    mounts: list[list[object]] = [[str(volume), "/mnt/volume", False]]
    host.launch(mounts=mounts).run("ln -sfn /oldroot/tmp /mnt/volume/evil")
    with pytest.raises(BoxServerError, match="'evil' is a symbolic link"):
        host.launch(mounts=[*mounts, [str(volume), "/mnt/volume/evil/x", False]])


def test_an_entrypoint_that_does_not_exist_has_ended_with_127(host: BoxHost) -> None:
    sandbox = host.launch(entrypoint=["/does/not/exist"])
    assert sandbox.do("status")["exit_code"] == 127
    sandbox.do("kill")


def test_stop_leaves_no_process_and_no_file(host: BoxHost) -> None:
    host.launch(entrypoint=["sh", "-c", COUNTING])
    host.launch().do("pause")
    host.stop()
    assert living_in(host.state_dir) == []
    assert [path.name for path in host.state_dir.iterdir() if path.name != "lock"] == ["sandboxes"]
    assert list((host.state_dir / "sandboxes").iterdir()) == []
