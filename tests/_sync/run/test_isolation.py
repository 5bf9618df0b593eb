# Generated from tests/_async/run/test_isolation.py by scripts/unasync.py. Do not edit.
"""Isolated sessions, in a real sandbox."""

from time import monotonic

import pytest

from opensandbox.exceptions import InvalidArgumentException, SandboxNotFoundException
from opensandbox.models.execd import RunCommandOpts
from opensandbox.models.filesystem import WriteEntry
from opensandbox.models.isolated import (
    CreateIsolatedSessionRequest,
    IsolatedRunOpts,
    IsolatedWorkspaceSpec,
)

WORKSPACE = CreateIsolatedSessionRequest(
    workspace=IsolatedWorkspaceSpec(path="/workspace"), uid_mode="userns"
)
WRITABLE = CreateIsolatedSessionRequest(
    workspace=IsolatedWorkspaceSpec(path="/workspace", mode="rw"), uid_mode="userns"
)


def test_capabilities_tell_what_isolates(box):
    found = box.isolation.capabilities()
    assert found.available, found.message
    assert found.userns_available


def test_directory_and_variables_last_from_run_to_run(box):
    with box.isolation.session(WORKSPACE) as session:
        session.run("mkdir -p deep && cd deep && export MODE=fast")
        told = session.run("echo $MODE in $PWD")
    assert [line.text for line in told.logs.stdout] == ["fast in /workspace/deep"]
    assert told.exit_code == 0


def test_changes_stay_inside_the_session(box):
    box.files.write_file("/workspace/seen.txt", "from outside")
    with box.isolation.session(WORKSPACE) as session:
        assert (session.run("cat seen.txt")).logs.stdout[0].text == "from outside"
        session.run("echo changed > seen.txt")
    assert box.files.read_file("/workspace/seen.txt") == "from outside"


def test_a_failing_run_tells_its_exit_code_and_the_session_goes_on(box):
    with box.isolation.session(WORKSPACE) as session:
        assert (session.run("(exit 7)")).exit_code == 7
        assert (session.run("true")).exit_code == 0


def test_variables_of_one_run_are_gone_after_it(box):
    with box.isolation.session(WORKSPACE) as session:
        told = session.run("echo $ONCE", opts=IsolatedRunOpts(envs={"ONCE": "here"}))
        assert told.logs.stdout[0].text == "here"
        assert (session.run("echo ${ONCE:-gone}")).logs.stdout[0].text == "gone"


def test_a_background_run_is_asked_for_its_status_and_output(box):
    with box.isolation.session(WRITABLE) as session:
        run = session.run_background("echo one; echo two; exit 3")
        assert run.session_id == session.session_id
        status = session.run_status(run.run_id)
        deadline = monotonic() + 20
        while status.running and monotonic() < deadline:
            status = session.run_status(run.run_id)
        assert status.exit_code == 3
        logs = session.run_logs(run.run_id)
        assert logs.text == "one\ntwo\n"
        assert (session.run_logs(run.run_id, logs.cursor)).text == ""


def test_files_are_those_that_the_session_sees(box):
    with box.isolation.session(WORKSPACE) as session:
        session.files.write_files([WriteEntry(path="/workspace/inner.txt", data="inner\n", mode=600)])
        assert (session.run("cat inner.txt; stat -c %a inner.txt")).logs.stdout[1].text == "600"
        assert session.files.read_file("/workspace/inner.txt") == "inner\n"
    outside = box.commands.run("test -e /workspace/inner.txt", opts=RunCommandOpts())
    assert outside.exit_code == 1


def test_an_open_session_is_found_by_its_id_and_gone_after_delete(box):
    session = box.isolation.create(WORKSPACE)
    again = box.isolation.attach(session.session_id)
    assert again.info.workspace.path == "/workspace"
    assert [each.session_id for each in box.isolation.list()] == [session.session_id]
    assert (again.get()).status
    again.delete()
    with pytest.raises(SandboxNotFoundException, match=session.session_id):
        session.get()
    assert box.isolation.list() == []


def test_code_can_run_once_in_a_session_of_its_own(box):
    told = box.isolation.run_once("pwd", workspace="/workspace", opts=IsolatedRunOpts(timeout_seconds=20))
    assert told.exit_code == 0
    assert box.isolation.list() == []


@pytest.mark.parametrize("code", ["", "  ", None, 7, "a\0b"])
def test_code_that_cannot_be_run_is_refused_by_name(box, code):
    with box.isolation.session(WORKSPACE) as session:
        with pytest.raises(InvalidArgumentException, match="code"):
            session.run(code)


def test_positions_and_limits_below_zero_are_refused(box):
    with box.isolation.session(WORKSPACE) as session:
        with pytest.raises(InvalidArgumentException, match="cursor"):
            session.run_logs("r1", -1)
        with pytest.raises(InvalidArgumentException, match="timeout_seconds"):
            session.run("true", opts=IsolatedRunOpts(timeout_seconds=-1))
    with pytest.raises(InvalidArgumentException, match="session_id"):
        box.isolation.attach(" ")
