"""One sandbox per name, lists, other settings, and how things show themselves, on servers of either manner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox._concurrency.pairs import async_gather_bounded
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.transport.retry import RetryPolicy

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
def config(server: LocalServer) -> ConnectionConfig:
    return ConnectionConfig(domain=server.domain, api_key=server.api_key, trust_env=False)


async def named(config: ConnectionConfig, name: str) -> list[str]:
    wanted: Any = {"metadata": {"opensandbox-name": name}}
    return [info.id async for info in Sandbox.list(wanted, connection_config=config)]


async def test_ten_who_start_at_once_share_one_sandbox(config: ConnectionConfig) -> None:
    async def start(_: int) -> Sandbox:
        return await Sandbox.get_or_create(
            "job-1", "ubuntu", metadata={"team": "a"}, connection_config=config
        )

    found = await async_gather_bounded(start, range(10), 10)
    try:
        assert len({sandbox.id for sandbox in found}) == 1
        assert await named(config, "job-1") == [found[0].id]
        assert (await found[3].commands.run("echo hi")).stdout == "hi\n"
        again = await start(0)
        assert again.id == found[0].id
        other = await Sandbox.get_or_create(
            "job-1", "ubuntu", metadata={"team": "b"}, connection_config=config
        )
        assert other.id != again.id
        await other.destroy()
        await again.close()
    finally:
        await found[0].kill()
        for sandbox in found:
            await sandbox.close()
    assert await named(config, "job-1") == []


async def test_a_paused_one_is_resumed_and_one_that_is_gone_made_anew(config: ConnectionConfig) -> None:
    first = await Sandbox.get_or_create("job-2", "ubuntu", connection_config=config)
    await first.commands.run("echo kept > /tmp/a")
    await first.pause()
    second = await Sandbox.get_or_create("job-2", "ubuntu", connection_config=config)
    assert (second.id, (await second.commands.run("cat /tmp/a")).stdout) == (first.id, "kept\n")
    await second.destroy()
    await first.close()
    third = await Sandbox.get_or_create("job-2", "ubuntu", connection_config=config)
    assert third.id != first.id
    await third.destroy()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": ""}, "name must be a word"),
        ({"name": "a b"}, "cannot be 'a b'"),
        ({"name": "a", "metadata": {"opensandbox-name": "b"}}, "which name sets"),
    ],
)
async def test_names_are_labels(config: ConnectionConfig, arguments: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentException, match=words):
        await Sandbox.get_or_create(image="ubuntu", connection_config=config, **arguments)


async def test_a_copy_does_not_take_the_place_of_the_one_that_was_named(config: ConnectionConfig) -> None:
    name = "copied"
    first = await Sandbox.get_or_create(name, "ubuntu", connection_config=config)
    async with await SandboxManager.create(config) as manager:
        snapshot = await manager.create_snapshot(first.id)
        await manager.wait_for_snapshot(snapshot.id)
        copy = await Sandbox.create(snapshot_id=snapshot.id, connection_config=config)
        await first.destroy()
        # Servers copy labels, so it has the name as well.
        assert await named(config, name) == [copy.id]
        again = await Sandbox.get_or_create(name, snapshot_id=snapshot.id, connection_config=config)
        assert again.id != copy.id
        same = await Sandbox.get_or_create(name, "ubuntu", connection_config=config)
        assert same.id == again.id
    await same.close()
    await again.destroy()
    await copy.destroy()


async def test_a_sandbox_is_seen_with_other_settings(config: ConnectionConfig) -> None:
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        patient = sandbox.copy_settings(request_timeout=120, retry_policy=RetryPolicy.disabled())
        assert patient.connection_config.request_timeout == timedelta(seconds=120)
        assert patient.connection_config.domain == config.domain
        assert sandbox.connection_config.request_timeout != timedelta(seconds=120)
        assert (await patient.commands.run("echo hi")).ok
        await patient.close()
        assert (await sandbox.commands.run("echo hi")).ok
        with pytest.raises(InvalidArgumentException, match="request_timeout"):
            sandbox.copy_settings(request_timeout=-1)
    async with await SandboxManager.create(config) as manager:
        quick = manager.copy_settings(request_timeout=2)
        assert quick.connection_config.request_timeout == timedelta(seconds=2)
        await quick.close()


async def test_things_show_what_they_are(config: ConnectionConfig) -> None:
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        kind = type(sandbox).__name__
        assert repr(sandbox) == f"{kind}({sandbox.id!r}, image='ubuntu', state='Running')"
        assert repr(sandbox.commands) == f"CommandsService(of {sandbox!r})"
        other = await Sandbox.connect(sandbox.id, connection_config=config)
        assert repr(other) == f"{kind}({sandbox.id!r}, state='Running')"
        await other.get_info()
        assert "image='ubuntu'" in repr(other)
        await other.close()
    async with await SandboxManager.create(config) as manager:
        assert repr(manager) == f"{type(manager).__name__}(domain={config.get_domain()!r})"
