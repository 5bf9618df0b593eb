"""The sandboxes of adapters: kept alive, and ended with their user; and interpreters whose code is interrupted."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from opensandbox import Sandbox, SandboxManagerSync
from opensandbox.integrations.code import CodeTimeoutError, Interpreter
from opensandbox.integrations.lifetimes import KeptSandbox, keep_sandbox
from opensandbox.local import LocalServer


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


def states(server: LocalServer) -> set[str]:
    with SandboxManagerSync.create(server.connection_config_sync()) as manager:
        return {info.id for info in manager.iter_sandbox_infos()}


def test_a_kept_sandbox_ends_when_it_is_told_to_or_nobody_has_it(server: LocalServer) -> None:
    first = KeptSandbox("ubuntu", server.connection_config_sync(), env={"A": "1"})
    second = KeptSandbox("ubuntu", server.connection_config_sync())
    ids = {first.sandbox.id, second.sandbox.id}
    assert first.sandbox.commands.run("echo $A").text == "1"
    assert ids <= states(server)
    first.end()
    first.end()
    del second
    gc.collect()
    assert not ids & states(server)


@pytest.mark.anyio
async def test_the_sandbox_of_a_stack_ends_with_it_also_if_it_has_ended_before(server: LocalServer) -> None:
    async with AsyncExitStack() as stack:
        sandbox = await keep_sandbox(stack, "ubuntu", server.connection_config())
        gone = await keep_sandbox(stack, "ubuntu", server.connection_config())
        async with await Sandbox.connect(gone.id, server.connection_config()) as same:
            await same.kill()
        assert await sandbox.is_healthy()
    assert not {sandbox.id, gone.id} & states(server)


def test_code_that_takes_too_long_is_interrupted_and_variables_stay(server: LocalServer) -> None:
    kept = KeptSandbox("ubuntu", server.connection_config_sync())
    python = Interpreter(kept.sandbox)
    assert python.run("x = 41; x + 1", timeout=60).result[0].text == "42"
    with pytest.raises(CodeTimeoutError, match=r"interrupted after 1 s") as failure:
        python.run("print('before', flush=True)\nimport time; time.sleep(600)", timeout=1)
    assert failure.value.execution is not None
    assert failure.value.execution.output == "before\n"
    assert python.run("x", timeout=60).result[0].text == "41"
    kept.end()
