"""What is promised of a sandbox's life, seen from the SDK: limits, standing still, snapshots, many at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager, SandboxSync
from opensandbox.exceptions import SandboxConflictException, SandboxNotFoundException
from opensandbox.local import LocalServer
from opensandbox.models import (
    Host,
    LifecycleHook,
    PeriodicLifecycleHook,
    SandboxFilter,
    SandboxImageSpec,
    SandboxLifecycle,
    SandboxState,
    Volume,
)
from opensandbox.models.templates import CreateTemplateRequest
from tests.support.waiting import until

MANY = int(os.environ.get("OPENSANDBOX_TEST_MANY", "30"))
"""How many sandboxes are made at once. A hundred is what a machine of two processors is meant to bear."""


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host directory that may be mounted."""
    return tmp_path_factory.mktemp("allowed")


@pytest.fixture(scope="module")
def server(allowed: Path) -> Iterator[LocalServer]:
    with LocalServer(mounts=[allowed]) as server:
        yield server


def make(server: LocalServer, **options: Any) -> Any:
    image = None if "snapshot_id" in options else "ubuntu"
    return SandboxSync.ephemeral(image, connection_config=server.connection_config_sync(), **options)


def run(sandbox: Any, command: str) -> str:
    execution = sandbox.commands.run(command, check=True)
    return str(execution.text)


def test_everything_that_can_be_asked_of_a_creation_is_there(server: LocalServer) -> None:
    hooks = SandboxLifecycle(
        pre_start=LifecycleHook(command=["sh", "-c", "echo $WHO > /data/before"]),
        periodic=[PeriodicLifecycleHook(name="tick", schedule="@hourly", command=["true"])],
    )
    with make(
        server,
        timeout=timedelta(minutes=5),
        env={"WHO": "me"},
        metadata={"example.com/team": "ci"},
        resource={"cpu": "500m", "memory": "256Mi"},
        resource_requests={"cpu": "100m"},
        volumes=[
            Volume(
                name="data",
                pvc={"claimName": "modes", "deleteOnSandboxTermination": True},
                mount_path="/data",
            )
        ],
        extensions={"opensandbox.extensions.note": "kept", "ignored": "by this server"},
        entrypoint=["sh", "-c", "echo main >> /data/before; exec sleep 600"],
        secure_access=True,
        lifecycle=hooks,
    ) as sandbox:
        until(lambda: run(sandbox, "cat /data/before") == "me\nmain")
        info = sandbox.get_info()
    assert info.metadata == {"example.com/team": "ci"}
    assert info.extensions == {"opensandbox.extensions.note": "kept"}
    assert info.expires_at - info.created_at == timedelta(minutes=5)
    assert info.entrypoint[0] == "sh"


def test_credentials_for_a_registry_are_taken_and_shown_nowhere(server: LocalServer) -> None:
    image = SandboxImageSpec("registry.example.com/app:1", auth={"username": "ci", "password": "s3cret"})
    with SandboxSync.ephemeral(image, connection_config=server.connection_config_sync()) as sandbox:
        assert "s3cret" not in repr(sandbox.get_info())
        assert "s3cret" not in sandbox.get_diagnostic_events("runtime").content


def test_a_counter_in_a_paused_sandbox_stands_still_for_two_seconds_and_goes_on(
    server: LocalServer, allowed: Path
) -> None:
    volume = Volume(name="seen", host=Host(path=str(allowed)), mount_path="/seen")
    # It counts into a directory of this machine, where it can be read while the sandbox answers nothing.
    program = "i=0; while :; do i=$((i+1)); echo $i > /seen/next; mv /seen/next /seen/count; done"

    def count() -> int:
        return int((allowed / "count").read_text())

    with make(server, volumes=[volume], entrypoint=["sh", "-c", program]) as sandbox:
        until((allowed / "count").exists)
        sandbox.pause()
        assert sandbox.wait_for_state(SandboxState.PAUSED).status.state == "Paused"
        stood, end = count(), time.monotonic() + 2
        while time.monotonic() < end:  # the span in which nothing may happen
            assert count() == stood
            time.sleep(0.01)
        sandbox.resume_in_place()
        until(lambda: count() > stood)


def test_a_program_that_wants_too_much_memory_is_killed_and_the_sandbox_lives(server: LocalServer) -> None:
    with make(server, resource={"memory": "64Mi"}) as sandbox:
        notes = sandbox.get_diagnostic_events("runtime").content
        if "not enforced" in notes or "for each process" in notes:
            pytest.skip("this machine lets nobody create control groups; the server says so")
        program = "block = bytearray(500 << 20); print(len(block))"
        execution = sandbox.commands.run(f"python3 -c '{program}'; exit $?")
        assert execution.logs.stdout == []
        assert execution.exit_code == 137  # 128 and the number of SIGKILL
        assert execution.oom_killed
        execution = sandbox.commands.run(f"exec python3 -c '{program}'")
        assert (execution.exit_code, execution.oom_killed) == (-1, True)
        execution = sandbox.commands.run("kill -9 $$")
        assert (execution.exit_code, execution.oom_killed) == (-1, None)
        assert run(sandbox, "echo alive") == "alive"
        assert sandbox.get_info().status.state == "Running"
        entrypoint = ["sh", "-c", f"sleep 1; exec python3 -c '{program}'"]
        with make(server, resource={"memory": "64Mi"}, entrypoint=entrypoint) as ending:
            status = ending.wait_for_state(SandboxState.FAILED).status
            assert "memory limit" in (status.message or "")
    with make(server, resource={"memory": "256Mi"}) as coding:
        error = coding.code.run(program).error
        assert error is not None
        assert "memory limit" in error.value
        assert coding.code.run("1 + 1").text == "2"


def test_a_processor_limit_holds(server: LocalServer) -> None:
    with make(server, resource={"cpu": "200m"}) as sandbox:
        if "not enforced" in sandbox.get_diagnostic_events("runtime").content:
            pytest.skip("this machine lets nobody create control groups; the server says so")
        program = "import time; end = time.monotonic() + 1\nwhile time.monotonic() < end: pass\nprint(time.process_time())"
        assert float(run(sandbox, f'python3 -c "{program}"')) < 0.7


def test_a_restored_sandbox_has_files_and_modes_and_shares_nothing(server: LocalServer) -> None:
    with manager_of(server) as manager:
        with make(server) as first:
            run(
                first,
                "mkdir -m 1777 /root/dir; echo one > /root/file; chmod 4751 /root/file; ln -s file /root/link",
            )
            snapshot = manager.wait_for_snapshot(first.create_snapshot("modes").id, polling_interval=0.05)
        with make(server, snapshot_id=snapshot.id) as left, make(server, snapshot_id=snapshot.id) as right:
            assert run(left, "stat -c '%a' /root/dir /root/file; readlink /root/link") == "1777\n4751\nfile"
            run(left, "echo left >> /root/file; rm /root/link; touch /root/dir/left")
            assert run(right, "cat /root/file; ls /root/dir /root/link") == "one\n/root/link\n\n/root/dir:"
            with pytest.raises(SandboxConflictException):
                manager.delete_snapshot(snapshot.id)
        manager.delete_snapshot(snapshot.id)
        with pytest.raises(SandboxNotFoundException):
            manager.get_snapshot(snapshot.id)


def manager_of(server: LocalServer) -> Any:
    from opensandbox import SandboxManagerSync

    return SandboxManagerSync.create(server.connection_config_sync())


def test_snapshots_and_templates_outlive_the_server(tmp_path: Path) -> None:
    request = CreateTemplateRequest(
        image="ubuntu",
        publish="s3://templates/kept",
        entrypoint=["sh", "-c", "echo built >> /root/file; exec sleep 600"],
        env={"WORD": "kept"},
        metadata={"a": "b"},
        resource_limits={"cpu": "1"},
        readiness={"probe": "cmd://test -s /root/file"},
    )
    with LocalServer(state_dir=tmp_path, spares=0) as server, manager_of(server) as manager:
        built = manager.wait_for_template(manager.create_template(request).template_id, polling_interval=0.05)
        with make(server) as sandbox:
            run(sandbox, "echo kept > /root/file")
            snapshot = manager.wait_for_snapshot(sandbox.create_snapshot().id, polling_interval=0.05)
    with LocalServer(state_dir=tmp_path, spares=0) as server, manager_of(server) as manager:
        assert manager.get_template(built.template_id) == built
        assert manager.get_snapshot(snapshot.id).status.state == "Ready"
        with make(server, snapshot_id=snapshot.id) as restored:
            assert run(restored, "cat /root/file") == "kept"
        started = SandboxSync.create_from_template(
            built.template_id, timeout=600, connection_config=server.connection_config_sync()
        )
        with started:
            until(lambda: run(started, "cat /root/file; echo $WORD") == "built\nbuilt\nkept")
            started.destroy()


def mounts_below(directory: Path) -> list[str]:
    return [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(directory) in line]


def sandbox_processes() -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if "many-at-once-marker" in line and "ps -eo" not in line]


def test_many_sandboxes_at_once_all_work_pause_go_on_and_leave_nothing(tmp_path: Path) -> None:
    async def use(server: LocalServer, number: int) -> str:
        sandbox = await Sandbox.create(
            "ubuntu",
            connection_config=server.connection_config(),
            entrypoint=["sh", "-c", "exec sleep 600", "many-at-once-marker"],
            metadata={"case": "many"},
        )
        async with sandbox:
            return (await sandbox.commands.run(f"echo {number}", check=True)).text

    async def again(server: LocalServer, sandbox_id: str) -> str:
        async with await Sandbox.connect(sandbox_id, server.connection_config()) as sandbox:
            return (await sandbox.commands.run(["echo", sandbox_id], check=True)).text

    async def main(server: LocalServer) -> None:
        texts = await asyncio.gather(*(use(server, number) for number in range(MANY)))
        assert texts == [str(number) for number in range(MANY)]
        async with await SandboxManager.create(server.connection_config()) as manager:
            everybody = [info.id async for info in manager.iter_sandbox_infos()]
            await asyncio.gather(*map(manager.pause_sandbox, everybody))
            assert {info.status.state async for info in manager.iter_sandbox_infos()} == {"Paused"}
            await asyncio.gather(*map(manager.resume_sandbox, everybody))
            assert await asyncio.gather(*(again(server, number) for number in everybody)) == everybody
            report = await manager.kill_all(SandboxFilter(metadata={"case": "many"}))
            assert len(report.killed) == MANY
            assert (report.gone, report.failed) == ([], {})
            assert [info async for info in manager.iter_sandbox_infos()] == []

    with LocalServer(state_dir=tmp_path, spares=0) as server:
        asyncio.run(main(server))
        until(lambda: list((tmp_path / "sandboxes").iterdir()) == [])
        assert mounts_below(tmp_path) == []
        assert sandbox_processes() == []
