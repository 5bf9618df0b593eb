"""A sandbox that is paused when nobody uses it, used through the SDK as if it never were."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from opensandbox import (
    InMemoryAsyncPoolStateStore,
    PoolCreationSpec,
    Sandbox,
    SandboxManager,
    SandboxPoolAsync,
)
from opensandbox._concurrency.pairs import async_sleep
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxUnavailableException
from opensandbox.local import LocalServer
from opensandbox.models import IdlePolicy, SandboxFilter, SandboxLifecycle, SandboxState
from opensandbox.models.templates import CreateTemplateRequest

pytestmark = pytest.mark.anyio

IDLE = IdlePolicy(idle_timeout_seconds=30, on_idle="pause")


@pytest.fixture(scope="module")
def hasty() -> Iterator[LocalServer]:
    """A server that finds a sandbox idle after a moment."""
    with LocalServer(spares=1, pause_after=0.3) as server:
        yield server


def config_of(server: LocalServer) -> ConnectionConfig:
    return ConnectionConfig(domain=server.domain, api_key=server.api_key, trust_env=False)


@pytest.fixture
async def sleeper(hasty: LocalServer) -> AsyncIterator[Sandbox]:
    async with Sandbox.ephemeral(
        "ubuntu", connection_config=config_of(hasty), lifecycle=SandboxLifecycle(idle_policy=IDLE)
    ) as sandbox:
        yield sandbox


async def asleep(sandbox: Sandbox) -> None:
    await sandbox.wait_for_state(SandboxState.PAUSED, polling_interval=0.02)


async def test_every_kind_of_call_wakes_it(sleeper: Sandbox) -> None:
    await asleep(sleeper)
    assert (await sleeper.commands.run("echo awake")).text == "awake"
    await asleep(sleeper)
    await sleeper.files.write_file("/tmp/a", "text")
    await asleep(sleeper)
    assert await sleeper.files.read_file("/tmp/a") == "text"
    await asleep(sleeper)
    async with sleeper.commands.session() as shell:
        await asleep(sleeper)
        assert (await shell.run("echo again")).text == "again"
    await asleep(sleeper)
    assert await sleeper.is_healthy()


async def test_a_terminal_survives_the_pause(sleeper: Sandbox) -> None:
    async with await sleeper.pty.open() as terminal:
        await asleep(sleeper)
        async with await sleeper.pty.attach(terminal.session_id, takeover=True) as again:
            assert again.session_id == terminal.session_id


async def test_what_is_typed_wakes_it(sleeper: Sandbox) -> None:
    async with await sleeper.pty.open("cat", pty=False) as terminal:
        for word in ("once\n", "more\n"):
            await asleep(sleeper)
            await terminal.send(word)
            assert await anext(terminal) == word.encode()


async def test_it_can_be_connected_to_while_it_sleeps(hasty: LocalServer, sleeper: Sandbox) -> None:
    await asleep(sleeper)
    async with await Sandbox.connect(sleeper.id, config_of(hasty)) as other:
        assert (await other.commands.run("echo awake")).text == "awake"


async def test_what_access_does_not_wake_says_how_to(hasty: LocalServer) -> None:
    idle = IdlePolicy(wake_on_access=False)
    async with Sandbox.ephemeral(
        "ubuntu", connection_config=config_of(hasty), lifecycle=SandboxLifecycle(idle_policy=idle)
    ) as sandbox:
        await sandbox.pause()
        with pytest.raises(SandboxUnavailableException, match="resume") as refused:
            await sandbox.commands.run("true")
        assert refused.value.code == "SANDBOX::PAUSED"
        await sandbox.resume_in_place()
        assert (await sandbox.commands.run("echo awake")).text == "awake"


async def test_a_sandbox_from_a_template_takes_the_policy_by_itself(hasty: LocalServer) -> None:
    async with SandboxManager(connection_config=config_of(hasty)) as manager:
        made = await manager.create_template(
            CreateTemplateRequest(image="ubuntu", publish="s3://a/b", readiness={"warmup_seconds": 0})
        )
        await manager.wait_for_template(made.template_id, polling_interval=0.05)
    sandbox = await Sandbox.create_from_template(
        made.template_id,
        timeout=timedelta(minutes=5),
        idle_policy=IDLE,
        connection_config=config_of(hasty),
    )
    async with sandbox:
        await asleep(sandbox)
        assert (await sandbox.commands.run("echo awake")).text == "awake"
        context = await sandbox.get_diagnostic_context()
        assert (context.sandbox_id, context.backend_type) == (sandbox.id, "bubblewrap")
        await sandbox.kill()


async def test_a_pool_hands_out_what_slept_while_it_waited(hasty: LocalServer) -> None:
    config = config_of(hasty)
    spec = PoolCreationSpec(image="ubuntu", lifecycle=SandboxLifecycle(idle_policy=IDLE))
    pool = SandboxPoolAsync(
        pool_name="sleepers",
        max_idle=1,
        state_store=InMemoryAsyncPoolStateStore(),
        connection_config=config,
        creation_spec=spec,
    )
    async with SandboxManager(connection_config=config) as manager, pool:
        paused = SandboxFilter(states=[SandboxState.PAUSED])
        while not (await manager.list_sandbox_infos(paused)).sandbox_infos:
            await async_sleep(0.02)
        async with pool.sandbox() as sandbox:
            assert (await sandbox.commands.run("echo awake")).text == "awake"
        await pool.release_all_idle()
