"""`opensandbox.testing`: a sandbox that follows a script, as tests of programs use it, by both twins."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from opensandbox import Sandbox, SandboxSync
from opensandbox.exceptions import (
    CommandTimedOutException,
    InvalidArgumentException,
    SandboxConnectionException,
    SandboxException,
    SandboxFileNotFoundException,
    SandboxNotFoundException,
    SandboxUnavailableException,
)
from opensandbox.models import MoveEntry, SetPermissionEntry
from opensandbox.testing import CommandCall, CommandResult, NotScriptedError, ScriptedSandbox


def test_commands_are_answered_from_a_table(scripted_sandbox: ScriptedSandbox) -> None:
    script, sandbox = scripted_sandbox, scripted_sandbox.blocking()
    script.on("make", stdout="one\n\ntwo", stderr="careful\n", exit_code=2)
    script.on(["ls", "-l"], "total 0\n")
    script.on(re.compile(r"pip install (\w+)"), lambda call: CommandResult(stdout=call.command.split()[-1]))
    done = sandbox.commands.run("make", cwd="/workspace", env={"CI": "1"}, timeout=5)
    assert (done.stdout, done.stderr, done.exit_code) == ("one\n\ntwo", "careful\n", 2)
    assert sandbox.commands.run(["ls", "-l"]).stdout == "total 0\n"
    assert sandbox.commands.run("pip install numpy").stdout == "numpy"
    assert script.commands == ["make", "ls -l", "pip install numpy"]
    assert script.calls[0] == CommandCall("make", "/workspace", {"CI": "1"}, timeout=5.0)
    script.on("make", "better\n")
    started = sandbox.commands.start("make")
    assert started.wait().exit_code == 0
    assert "".join(started.logs()) == "better\n"
    with sandbox.commands.stream("make") as events:
        assert len(list(events)) == 3
    assert [item.exit_code for item in sandbox.commands.list()] == [0, 0, 0, 0, 2]
    with pytest.raises(SandboxNotFoundException):
        sandbox.commands.get_command_status("unknown")
    assert repr(script) == "ScriptedSandbox(4 answers, 0 files, 5 calls)"


def test_input_and_time_outs(scripted_sandbox: ScriptedSandbox) -> None:
    sandbox = scripted_sandbox.blocking()
    scripted_sandbox.on(re.compile("sort.*"), lambda call: "".join(sorted(call.input.decode())))
    scripted_sandbox.on("sleep 9", CommandResult(timed_out=True))
    assert sandbox.commands.run("sort", input="cab").stdout == "abc"
    assert sandbox.commands.run(["sort", "-r"], input=b"zy").stdout == "yz"
    assert scripted_sandbox.commands == ["sort", "sort -r"]
    assert len(scripted_sandbox.files) == 0
    with pytest.raises(CommandTimedOutException):
        sandbox.commands.run("sleep 9", timeout=1, check=True)


def test_files_are_in_memory(scripted_sandbox: ScriptedSandbox) -> None:
    held, files = scripted_sandbox.files, scripted_sandbox.blocking().files
    held["/workspace/in.json"] = '{"a": 1}'
    with files.open("/workspace/in.json") as opened:
        assert json.load(opened) == {"a": 1}
    files.write_file("/workspace/src/a.py", "one\ntwo\nthree\n", mode=600)
    assert held["src/a.py"] == b"one\ntwo\nthree\n"
    assert files.read_file("/workspace/src/a.py", offset=2, limit=1) == "two\n"
    assert files.read_bytes("/workspace/src/a.py", range_header="bytes=-6") == b"three\n"
    assert [entry.path for entry in files.search("/workspace", "**/*.py")] == ["/workspace/src/a.py"]
    listed = [(entry.path, entry.entry_type) for entry in files.list_directory("/workspace")]
    assert listed == [("/workspace/in.json", "file"), ("/workspace/src", "directory")]
    files.set_permissions([SetPermissionEntry(path="/workspace/src/a.py", mode=755, owner="app")])
    info = files.get_file_info(["/workspace/src/a.py"])["/workspace/src/a.py"]
    assert (info.mode, info.owner, info.size) == (755, "app", 14)
    files.replace_contents([{"path": "/workspace/src/a.py", "old_content": "two", "new_content": "2"}])
    files.move_files([MoveEntry(src="/workspace/src", dest="/workspace/lib")])
    assert held["/workspace/lib/a.py"] == b"one\n2\nthree\n"
    with pytest.raises(SandboxException, match="exists"):
        files.move_files([MoveEntry(src="/workspace/lib", dest="/workspace/in.json")])
    with pytest.raises(SandboxFileNotFoundException):
        files.read_file("/workspace/src/a.py")
    for call in (
        files.read_bytes,
        lambda path: files.write_file(path, "x"),
        lambda path: files.delete_files([path]),
    ):
        with pytest.raises(SandboxException, match="is a directory"):
            call("/workspace/lib")
    files.create_directories(["/workspace/empty"])
    with pytest.raises(SandboxException, match="not a directory"):
        files.create_directories(["/workspace/in.json"])
    with pytest.raises(SandboxException, match="not a directory"):
        files.list_directory("/workspace/in.json")
    files.delete("/workspace/lib", recursive=True)
    del held["/workspace/in.json"]
    assert (dict(held), repr(held)) == ({}, "MemoryFiles({})")
    with pytest.raises(KeyError):
        held["/workspace/empty"]


def test_failures_on_demand(scripted_sandbox: ScriptedSandbox) -> None:
    sandbox = scripted_sandbox.blocking()
    scripted_sandbox.on("true")
    scripted_sandbox.fail("commands", status=503, code="BUSY", message="later")
    with pytest.raises(SandboxUnavailableException, match="later"):
        sandbox.commands.run("true")
    scripted_sandbox.fail("files", times=2)
    for _ in range(2):
        with pytest.raises(SandboxConnectionException, match="scripted failure"):
            sandbox.files.read_file("/workspace/a")
    assert sandbox.commands.run("true").ok
    with pytest.raises(NotScriptedError, match=r"the command 'false'.*add script\.on.*answers for 'true'"):
        sandbox.commands.run("false")
    with pytest.raises(NotScriptedError, match=r"no answer to GET /daemon/metrics; use opensandbox\.local"):
        sandbox.get_metrics()
    with pytest.raises(InvalidArgumentException, match="part must be one of commands, files, sandbox"):
        scripted_sandbox.fail("network")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentException, match="400 to 599"):
        scripted_sandbox.fail("files", status=200)
    with pytest.raises(InvalidArgumentException, match="not both"):
        scripted_sandbox.on("true", "text", stdout="text")


def test_programs_that_create_their_own_sandbox(scripted_sandbox: ScriptedSandbox) -> None:
    config = scripted_sandbox.config_sync()
    with SandboxSync.create("ubuntu", metadata={"team": "a"}, connection_config=config) as sandbox:
        assert sandbox.is_healthy()
        assert sandbox.get_info().metadata is not None
        sandbox.patch_metadata({"team": None, "owner": "b"})
        assert [info.id for info in SandboxSync.list(connection_config=config)] == [sandbox.id]
        assert list(SandboxSync.list({"metadata": {"owner": "c"}}, connection_config=config)) == []
        sandbox.renew(timedelta(hours=1))
        sandbox.pause()
        assert sandbox.get_info().status.state == "Paused"
        SandboxSync.resume(sandbox.id, connection_config=config).close()
        sandbox.kill()
        assert scripted_sandbox.killed
        with pytest.raises(SandboxNotFoundException):
            sandbox.get_info()


@pytest.mark.anyio
async def test_the_async_twin_follows_the_same_script(scripted_sandbox: ScriptedSandbox) -> None:
    scripted_sandbox.on("date", "today\n")
    async with scripted_sandbox.sandbox() as sandbox:
        assert (await sandbox.commands.run("date")).stdout == "today\n"
        await sandbox.files.write_file("/workspace/a", "text")
        started = await sandbox.commands.start("date")
        await started.interrupt()
    async with Sandbox.ephemeral("ubuntu", connection_config=scripted_sandbox.config()) as another:
        assert await another.files.read_file("/workspace/a") == "text"
    assert scripted_sandbox.killed
