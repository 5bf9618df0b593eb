# Generated from tests/_async/odd/test_inside.py by scripts/unasync.py. Do not edit.
"""What programs do to their sandbox, and what its daemon makes of it, as clients see it."""

from __future__ import annotations

import pytest

from opensandbox import SandboxSync
from opensandbox.exceptions import (
    CodeFailedException,
    SandboxInvalidRequestException,
    SandboxIsADirectoryException,
)
from opensandbox.models.isolated import CreateIsolatedSessionRequest, IsolatedWorkspaceSpec

WORKSPACE = CreateIsolatedSessionRequest(
    workspace=IsolatedWorkspaceSpec(path="/workspace"), uid_mode="userns"
)


def test_a_sandbox_goes_on_without_its_working_directory(box: SandboxSync) -> None:
    session = box.commands.create_session(working_directory="/workspace")
    assert (box.commands.run("rm -rf /workspace")).exit_code == 0
    told = box.commands.run("echo on")
    assert (told.exit_code, told.logs.stdout[0].text) == (0, "on")
    assert "/workspace is gone" in told.logs.stderr[0].text
    assert (box.code.run("6 * 7", language="python")).result[0].text == "42"
    assert (box.commands.run_in_session(session, "unset PWD; cd / && mkdir /workspace")).exit_code == 0
    assert (box.commands.run_in_session(session, "pwd")).logs.stdout[-1].text == "/"
    told = box.commands.run("pwd")
    assert (told.logs.stdout[0].text, told.logs.stderr) == ("/workspace", [])


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("raise ExceptionGroup('several', [ValueError(1)])", "ExceptionGroup"),
        (
            "import asyncio\nasync def fail(): 1 / 0\nasync with asyncio.TaskGroup() as group: group.create_task(fail())",
            "ExceptionGroup",
        ),
        ("%no_such_magic", ""),
        ("def f(): return f()\nf()", "RecursionError"),
    ],
)
def test_code_that_fails_is_told_so_and_the_next_is_not_refused(
    box: SandboxSync, code: str, name: str
) -> None:
    told = box.code.run(code, language="python")
    assert told.error is not None
    assert told.error.name == name or not name
    with pytest.raises(CodeFailedException):
        box.code.run(code, language="python", check=True)
    assert (box.code.run("2 + 2", language="Python", check=True)).result[0].text == "4"


def test_exit_ends_a_run_of_an_isolated_session_and_no_more(box: SandboxSync) -> None:
    with box.isolation.session(WORKSPACE) as session:
        session.run("echo kept > /workspace/file")
        assert (session.run("exit 4")).exit_code == 4
        assert session.files.read_file("/workspace/file") == "kept\n"
        assert (session.run("cat /workspace/file")).logs.stdout[0].text == "kept"


def test_commands_and_variables_may_be_long_within_what_the_kernel_takes(box: SandboxSync) -> None:
    told = box.commands.run("echo " + "x" * 300_000 + " | wc -c")
    assert told.logs.stdout[0].text.strip() == "300001"
    with pytest.raises(SandboxInvalidRequestException, match="'LONG' has 200,005 bytes"):
        box.commands.run("true", env={"LONG": "x" * 200_000})
    assert (box.commands.run("true")).exit_code == 0


@pytest.mark.parametrize("mode", [4755, 2775, 1777])
def test_special_bits_of_modes_are_set(box: SandboxSync, mode: int) -> None:
    box.files.write_file("/workspace/file", "content", mode=mode)
    assert (box.commands.run("stat -c %a /workspace/file")).logs.stdout[0].text == str(mode)


def test_an_upload_to_a_directory_names_it(box: SandboxSync) -> None:
    with pytest.raises(SandboxIsADirectoryException, match="/workspace"):
        box.files.write_file("/workspace", "content")
