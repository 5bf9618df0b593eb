# Generated from tests/_async/control/test_idle_real.py by scripts/unasync.py. Do not edit.
"""A sandbox that is paused when nobody uses it, used through the SDK as if it never were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from opensandbox import (
    InMemoryPoolStateStore,
    PoolCreationSpec,
    SandboxManagerSync,
    SandboxPoolSync,
    SandboxSync,
)
from opensandbox._concurrency.pairs import sleep
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxUnavailableException
from opensandbox.local import LocalServer
from opensandbox.models import IdlePolicy, SandboxFilter, SandboxLifecycle, SandboxState
from opensandbox.models.templates import CreateTemplateRequest

IDLE = IdlePolicy(idle_timeout_seconds=30, on_idle="pause")


@pytest.fixture(scope="module")
def hasty() -> Iterator[LocalServer]:
    """A server that finds a sandbox idle after a moment."""
    with LocalServer(spares=1, pause_after=0.3) as server:
        yield server


def config_of(server: LocalServer) -> ConnectionConfigSync:
    return ConnectionConfigSync(domain=server.domain, api_key=server.api_key, trust_env=False)


@pytest.fixture
def sleeper(hasty: LocalServer) -> Iterator[SandboxSync]:
    with SandboxSync.ephemeral(
        "ubuntu", connection_config=config_of(hasty), lifecycle=SandboxLifecycle(idle_policy=IDLE)
    ) as sandbox:
        yield sandbox


def asleep(sandbox: SandboxSync) -> None:
    sandbox.wait_for_state(SandboxState.PAUSED, polling_interval=0.02)


def test_every_kind_of_call_wakes_it(sleeper: SandboxSync) -> None:
    asleep(sleeper)
    assert (sleeper.commands.run("echo awake")).text == "awake"
    asleep(sleeper)
    sleeper.files.write_file("/tmp/a", "text")
    asleep(sleeper)
    assert sleeper.files.read_file("/tmp/a") == "text"
    asleep(sleeper)
    with sleeper.commands.session() as shell:
        asleep(sleeper)
        assert (shell.run("echo again")).text == "again"
    asleep(sleeper)
    assert sleeper.is_healthy()


def test_a_terminal_survives_the_pause(sleeper: SandboxSync) -> None:
    with sleeper.pty.open() as terminal:
        asleep(sleeper)
        with sleeper.pty.attach(terminal.session_id, takeover=True) as again:
            assert again.session_id == terminal.session_id


def test_what_is_typed_wakes_it(sleeper: SandboxSync) -> None:
    with sleeper.pty.open("cat", pty=False) as terminal:
        for word in ("once\n", "more\n"):
            asleep(sleeper)
            terminal.send(word)
            assert next(terminal) == word.encode()


def test_it_can_be_connected_to_while_it_sleeps(hasty: LocalServer, sleeper: SandboxSync) -> None:
    asleep(sleeper)
    with SandboxSync.connect(sleeper.id, config_of(hasty)) as other:
        assert (other.commands.run("echo awake")).text == "awake"


def test_what_access_does_not_wake_says_how_to(hasty: LocalServer) -> None:
    idle = IdlePolicy(wake_on_access=False)
    with SandboxSync.ephemeral(
        "ubuntu", connection_config=config_of(hasty), lifecycle=SandboxLifecycle(idle_policy=idle)
    ) as sandbox:
        sandbox.pause()
        with pytest.raises(SandboxUnavailableException, match="resume") as refused:
            sandbox.commands.run("true")
        assert refused.value.code == "SANDBOX::PAUSED"
        sandbox.resume_in_place()
        assert (sandbox.commands.run("echo awake")).text == "awake"


def test_a_sandbox_from_a_template_takes_the_policy_by_itself(hasty: LocalServer) -> None:
    with SandboxManagerSync(connection_config=config_of(hasty)) as manager:
        made = manager.create_template(
            CreateTemplateRequest(image="ubuntu", publish="s3://a/b", readiness={"warmup_seconds": 0})
        )
        manager.wait_for_template(made.template_id, polling_interval=0.05)
    sandbox = SandboxSync.create_from_template(
        made.template_id,
        timeout=timedelta(minutes=5),
        idle_policy=IDLE,
        connection_config=config_of(hasty),
    )
    with sandbox:
        asleep(sandbox)
        assert (sandbox.commands.run("echo awake")).text == "awake"
        context = sandbox.get_diagnostic_context()
        assert (context.sandbox_id, context.backend_type) == (sandbox.id, "bubblewrap")
        sandbox.kill()


def test_a_pool_hands_out_what_slept_while_it_waited(hasty: LocalServer) -> None:
    config = config_of(hasty)
    spec = PoolCreationSpec(image="ubuntu", lifecycle=SandboxLifecycle(idle_policy=IDLE))
    pool = SandboxPoolSync(
        pool_name="sleepers",
        max_idle=1,
        state_store=InMemoryPoolStateStore(),
        connection_config=config,
        creation_spec=spec,
    )
    with SandboxManagerSync(connection_config=config) as manager, pool:
        paused = SandboxFilter(states=[SandboxState.PAUSED])
        while not (manager.list_sandbox_infos(paused)).sandbox_infos:
            sleep(0.02)
        with pool.sandbox() as sandbox:
            assert (sandbox.commands.run("echo awake")).text == "awake"
        pool.release_all_idle()
