"""inspect_ai's self-check, an evaluation, and what the adapter adds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from inspect_ai import Task, eval_async
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes
from inspect_ai.solver import Generate, TaskState, solver
from inspect_ai.util import SandboxEnvironmentSpec, SandboxUnavailableError, sandbox
from inspect_ai.util._sandbox.self_check import *  # noqa: F403

from opensandbox.integrations.inspect import OpenSandboxConfig, OpenSandboxEnvironment

pytestmark = pytest.mark.anyio

NOT_POSSIBLE = {
    "test_exec_as_user": "Debian's adduser fails on what a sandbox shows of /etc",
    "test_read_file_not_allowed": "root may read every file",
    "test_write_text_file_without_permissions": "root may write every file",
    "test_write_binary_file_without_permissions": "root may write every file",
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def shared() -> AsyncIterator[OpenSandboxEnvironment]:
    environments = await OpenSandboxEnvironment.sample_init("self_check", None, {})
    yield environments["default"]
    await OpenSandboxEnvironment.sample_cleanup("self_check", None, environments, False)


@pytest.fixture
def sandbox_env(request: pytest.FixtureRequest, shared: OpenSandboxEnvironment) -> OpenSandboxEnvironment:
    if reason := NOT_POSSIBLE.get(request.node.originalname):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    return shared


async def test_missing_program(shared: OpenSandboxEnvironment) -> None:
    result = await shared.exec(["no-such-program"])
    assert (result.success, result.returncode) == (False, 127)


async def test_huge_output(shared: OpenSandboxEnvironment) -> None:
    result = await shared.exec(
        ["sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x | fold -w 10000; echo last"]
    )
    assert len(result.stdout) < 10_600_000
    assert result.stdout.endswith("last\n")


async def test_dead_sandbox() -> None:
    environments = await OpenSandboxEnvironment.sample_init("dies", "ubuntu", {})
    environment = environments["default"]
    await environment.sandbox.kill()
    with pytest.raises(SandboxUnavailableError):
        await environment.exec(["true"])
    await OpenSandboxEnvironment.sample_cleanup("dies", "ubuntu", environments, True)


async def test_evaluation(tmp_path: Path) -> None:
    @solver
    def asks_the_sandbox():
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            result = await sandbox().exec(["sh", "-c", "echo $COLOUR"])
            state.output.completion = result.stdout
            return state

        return solve

    config = OpenSandboxConfig(image="ubuntu", env={"COLOUR": "blue"})
    task = Task(
        dataset=[Sample(input="colour?", target="blue")],
        solver=asks_the_sandbox(),
        scorer=includes(),
        sandbox=SandboxEnvironmentSpec("opensandbox", config),
    )
    (log,) = await eval_async(task, model="mockllm/model", log_dir=str(tmp_path))
    assert log.status == "success", log.error
    assert log.results.scores[0].metrics["accuracy"].value == 1
