"""The promised usage: what programs do with the SDK, from the first start to pools."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from opensandbox import (
    AcquirePolicy,
    InMemoryPoolStateStore,
    PoolCreationSpec,
    Sandbox,
    SandboxPoolSync,
    SandboxSync,
)
from opensandbox.config import ConnectionConfig
from opensandbox.contract.checks import Checks, expect
from opensandbox.contract.recording import AsyncRecorder
from opensandbox.contract.results import Differs, Level, NotOffered, Part
from opensandbox.contract.world import LIFETIME
from opensandbox.exceptions import SandboxException, SandboxReadyTimeoutException
from opensandbox.models import SandboxFilter
from opensandbox.models.execd_sync import ExecutionHandlersSync

if TYPE_CHECKING:
    from opensandbox.contract.world import World
    from opensandbox.models.execd import OutputMessage

usage = Checks(Part.USAGE)


@usage("SandboxSync")
def create_with_everything(world: World) -> None:
    """Variables, resources, an entrypoint, metadata and a lifetime all take effect."""
    with world.one(
        timeout=timedelta(minutes=30),
        entrypoint=["tail", "-f", "/dev/null"],
        resource={"cpu": "1", "memory": "512Mi"},
        env={"COLOUR": "red"},
        metadata={"project": "demo"},
    ) as sandbox:
        said = sandbox.commands.run("echo $COLOUR").text
        expect(said == "red", f"a variable of the creation reads {said!r}")
        info = sandbox.get_info()
        expect((info.metadata or {}).get("project") == "demo", f"the metadata is {info.metadata}")
        assert info.expires_at is not None
        left = info.expires_at - datetime.now(UTC)
        expect(timedelta(minutes=28) < left <= timedelta(minutes=31), f"of 30 minutes {left} are left")


@usage("Sandbox")
def a_sandbox_on_asyncio(world: World) -> None:
    """Create, run a command, write and read a file, end: by the asynchronous classes."""

    async def main() -> None:
        settings = world.settings
        plain: dict[str, Any] = {
            "domain": settings.domain,
            "api_key": settings.api_key,
            "protocol": settings.protocol,
            "use_server_proxy": settings.use_server_proxy,
            "verify": settings.verify,
        }
        recorder = AsyncRecorder(
            ConnectionConfig(**plain).new_owned_transport(), world.note, settings.patience
        )
        config = ConnectionConfig(**plain, transport=recorder)
        try:
            sandbox = await Sandbox.create(
                settings.image, connection_config=config, timeout=LIFETIME, metadata=world.label
            )
            async with sandbox:
                said = (await sandbox.commands.run("echo 'Hello Sandbox!'")).text
                expect(said == "Hello Sandbox!", f"a command says {said!r}")
                await sandbox.files.write_file("/tmp/hello.txt", "hello")
                read = await sandbox.files.read_file("/tmp/hello.txt")
                expect(read == "hello", f"a file reads {read!r}")
                await sandbox.kill()
        finally:
            await recorder.end()

    asyncio.run(main())


@usage("SandboxSync")
def connect_to_a_running_sandbox(world: World) -> None:
    """A second object reaches the same sandbox, and closing it harms nobody."""
    with SandboxSync.connect(world.sandbox.id, connection_config=world.config) as second:
        said = second.commands.run("echo here").text
        expect(said == "here", f"a command over a second connection says {said!r}")
    expect(world.sandbox.is_healthy(), "after the second object was closed the first one is not healthy")


@usage("SandboxSync")
def a_sandbox_that_never_gets_ready_is_not_left_behind(world: World) -> None:
    """A creation that fails removes what it made."""
    label = {"case": world.settings.run}
    try:
        world.create(health_check=lambda _: False, ready_timeout=1, metadata=label)
    except SandboxReadyTimeoutException:
        pass
    else:
        raise Differs("a health check that always fails lets the creation pass")

    def gone() -> bool:
        return not world.manager.list_sandbox_infos(SandboxFilter(metadata=label)).sandbox_infos

    world.until(gone, "the sandbox that never got ready is removed")


@usage("SandboxSync")
def a_sandbox_without_an_end(world: World) -> None:
    """`timeout=None` lives until it is killed."""
    with world.one(timeout=None, skip_health_check=True) as sandbox:
        expires = sandbox.get_info().expires_at
        expect(expires is None, f"a sandbox without a timeout ends at {expires}")


@usage("commands")
def handlers_see_output_while_it_comes(world: World) -> None:
    """Each line arrives by itself, and the end is told once."""
    out: list[str] = []
    came: list[float] = []
    ends: list[object] = []

    def on_stdout(message: OutputMessage) -> None:
        out.append(message.text.rstrip("\n"))
        came.append(time.monotonic())

    handlers = ExecutionHandlersSync(on_stdout=on_stdout, on_execution_complete=ends.append)
    world.sandbox.commands.run("for i in 1 2 3; do echo $i; sleep 0.4; done", handlers=handlers)
    expect(out == ["1", "2", "3"], f"the handler for output saw {out}")
    expect(len(ends) == 1, f"the handler for the end was called {len(ends)} times")
    expect(came[-1] - came[0] >= 0.4, "all output came at once, at the end")


@usage("commands")
def a_failing_command_has_its_exit_code(world: World) -> None:
    """With the output before it."""
    failed = world.sandbox.commands.run("echo before; exit 7")
    expect(failed.text == "before", f"the output is {failed.text!r}")
    expect(failed.exit_code == 7, f"`exit 7` has the exit code {failed.exit_code}")


@usage("snapshots", Level.V1_1, optional=True)
def a_snapshot_is_restored(world: World) -> None:
    """A sandbox from a snapshot has the files of its source."""
    snapshot = world.snapshot
    with world.one(snapshot_id=snapshot) as restored:
        read = restored.files.read_file("/tmp/opensandbox-contract/file")
        expect(read.startswith("one"), f"a restored file reads {read[:100]!r}")


@usage("pools")
def a_pool_hands_out_sandboxes(world: World) -> None:
    """A warm sandbox for a program, and nothing left when the pool ends."""
    spec = PoolCreationSpec(image=world.settings.image, metadata=world.label)
    pool = SandboxPoolSync(
        pool_name=world.settings.run,
        owner_id="contract",
        max_idle=1,
        idle_timeout=timedelta(seconds=LIFETIME),
        state_store=InMemoryPoolStateStore(),
        connection_config=world.config,
        creation_spec=spec,
    )
    pool.start()
    try:
        sandbox = pool.acquire(
            sandbox_timeout=timedelta(seconds=LIFETIME), policy=AcquirePolicy.DIRECT_CREATE
        )
        try:
            said = sandbox.commands.run("echo pooled").text
            expect(said == "pooled", f"a sandbox of a pool says {said!r}")
        finally:
            sandbox.destroy()
    finally:
        pool.resize(0)
        pool.release_all_idle()
        pool.shutdown(graceful=True)


@usage("egress", Level.V1_1, optional=True)
def a_network_policy_is_enforced(world: World) -> None:
    """What no rule allows is not reached from the inside."""
    policy = world.policed.get_egress_policy()
    expect(policy.default_action == "deny", f"the policy is {policy}")
    lacking = world.policed.commands.run("command -v bash timeout").exit_code
    if lacking:
        raise NotOffered(f"{world.settings.image} has no bash and timeout to try it with")
    test = "timeout 8 bash -c 'exec 3<>/dev/tcp/192.0.2.1/80' 2>/dev/null && echo reached || echo refused"
    said = world.policed.commands.run(test).text
    expect(said == "refused", f"an address that no rule allows is {said!r}")


@usage("errors")
def an_error_has_code_message_and_number(world: World) -> None:
    """What a program needs to decide, and an operator to find the request."""
    try:
        world.manager.get_sandbox_info("00000000-0000-4000-8000-000000000000")
    except SandboxException as failure:
        told = (failure.error.code, failure.error.message, failure.request_id)
        expect(all(told), f"code, message and request id of an error are {told}")
    else:
        raise Differs("a sandbox that does not exist is found")
