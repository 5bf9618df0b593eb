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

pytestmark = pytest.mark.anyio

WORKSPACE = CreateIsolatedSessionRequest(
    workspace=IsolatedWorkspaceSpec(path="/workspace"), uid_mode="userns"
)
WRITABLE = CreateIsolatedSessionRequest(
    workspace=IsolatedWorkspaceSpec(path="/workspace", mode="rw"), uid_mode="userns"
)


async def test_capabilities_tell_what_isolates(box):
    found = await box.isolation.capabilities()
    assert found.available, found.message
    assert found.userns_available


async def test_directory_and_variables_last_from_run_to_run(box):
    async with box.isolation.session(WORKSPACE) as session:
        await session.run("mkdir -p deep && cd deep && export MODE=fast")
        told = await session.run("echo $MODE in $PWD")
    assert [line.text for line in told.logs.stdout] == ["fast in /workspace/deep"]
    assert told.exit_code == 0


async def test_changes_stay_inside_the_session(box):
    await box.files.write_file("/workspace/seen.txt", "from outside")
    async with box.isolation.session(WORKSPACE) as session:
        assert (await session.run("cat seen.txt")).logs.stdout[0].text == "from outside"
        await session.run("echo changed > seen.txt")
    assert await box.files.read_file("/workspace/seen.txt") == "from outside"


async def test_a_failing_run_tells_its_exit_code_and_the_session_goes_on(box):
    async with box.isolation.session(WORKSPACE) as session:
        assert (await session.run("(exit 7)")).exit_code == 7
        assert (await session.run("true")).exit_code == 0


async def test_variables_of_one_run_are_gone_after_it(box):
    async with box.isolation.session(WORKSPACE) as session:
        told = await session.run("echo $ONCE", opts=IsolatedRunOpts(envs={"ONCE": "here"}))
        assert told.logs.stdout[0].text == "here"
        assert (await session.run("echo ${ONCE:-gone}")).logs.stdout[0].text == "gone"


async def test_a_background_run_is_asked_for_its_status_and_output(box):
    async with box.isolation.session(WRITABLE) as session:
        run = await session.run_background("echo one; echo two; exit 3")
        assert run.session_id == session.session_id
        status = await session.run_status(run.run_id)
        deadline = monotonic() + 20
        while status.running and monotonic() < deadline:
            status = await session.run_status(run.run_id)
        assert status.exit_code == 3
        logs = await session.run_logs(run.run_id)
        assert logs.text == "one\ntwo\n"
        assert (await session.run_logs(run.run_id, logs.cursor)).text == ""


async def test_files_are_those_that_the_session_sees(box):
    async with box.isolation.session(WORKSPACE) as session:
        await session.files.write_files([WriteEntry(path="/workspace/inner.txt", data="inner\n", mode=600)])
        assert (await session.run("cat inner.txt; stat -c %a inner.txt")).logs.stdout[1].text == "600"
        assert await session.files.read_file("/workspace/inner.txt") == "inner\n"
    outside = await box.commands.run("test -e /workspace/inner.txt", opts=RunCommandOpts())
    assert outside.exit_code == 1


async def test_an_open_session_is_found_by_its_id_and_gone_after_delete(box):
    session = await box.isolation.create(WORKSPACE)
    again = await box.isolation.attach(session.session_id)
    assert again.info.workspace.path == "/workspace"
    assert [each.session_id for each in await box.isolation.list()] == [session.session_id]
    assert (await again.get()).status
    await again.delete()
    with pytest.raises(SandboxNotFoundException, match=session.session_id):
        await session.get()
    assert await box.isolation.list() == []


async def test_code_can_run_once_in_a_session_of_its_own(box):
    told = await box.isolation.run_once(
        "pwd", workspace="/workspace", opts=IsolatedRunOpts(timeout_seconds=20)
    )
    assert told.exit_code == 0
    assert await box.isolation.list() == []


@pytest.mark.parametrize("code", ["", "  ", None, 7, "a\0b"])
async def test_code_that_cannot_be_run_is_refused_by_name(box, code):
    async with box.isolation.session(WORKSPACE) as session:
        with pytest.raises(InvalidArgumentException, match="code"):
            await session.run(code)


async def test_positions_and_limits_below_zero_are_refused(box):
    async with box.isolation.session(WORKSPACE) as session:
        with pytest.raises(InvalidArgumentException, match="cursor"):
            await session.run_logs("r1", -1)
        with pytest.raises(InvalidArgumentException, match="timeout_seconds"):
            await session.run("true", opts=IsolatedRunOpts(timeout_seconds=-1))
    with pytest.raises(InvalidArgumentException, match="session_id"):
        await box.isolation.attach(" ")
