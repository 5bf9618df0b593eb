# Generated from tests/_async/control/test_named.py by scripts/unasync.py. Do not edit.
"""One sandbox per name, lists, other settings, and how things show themselves, on servers of either manner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox._concurrency.pairs import gather_bounded
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.transport.retry import RetryPolicy


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
def config(server: LocalServer) -> ConnectionConfigSync:
    return ConnectionConfigSync(domain=server.domain, api_key=server.api_key, trust_env=False)


def named(config: ConnectionConfigSync, name: str) -> list[str]:
    wanted: Any = {"metadata": {"opensandbox-name": name}}
    return [info.id for info in SandboxSync.list(wanted, connection_config=config)]


def test_ten_who_start_at_once_share_one_sandbox(config: ConnectionConfigSync) -> None:
    def start(_: int) -> SandboxSync:
        return SandboxSync.get_or_create("job-1", "ubuntu", metadata={"team": "a"}, connection_config=config)

    found = gather_bounded(start, range(10), 10)
    try:
        assert len({sandbox.id for sandbox in found}) == 1
        assert named(config, "job-1") == [found[0].id]
        assert (found[3].commands.run("echo hi")).stdout == "hi\n"
        again = start(0)
        assert again.id == found[0].id
        other = SandboxSync.get_or_create("job-1", "ubuntu", metadata={"team": "b"}, connection_config=config)
        assert other.id != again.id
        other.destroy()
        again.close()
    finally:
        found[0].kill()
        for sandbox in found:
            sandbox.close()
    assert named(config, "job-1") == []


def test_a_paused_one_is_resumed_and_one_that_is_gone_made_anew(config: ConnectionConfigSync) -> None:
    first = SandboxSync.get_or_create("job-2", "ubuntu", connection_config=config)
    first.commands.run("echo kept > /tmp/a")
    first.pause()
    second = SandboxSync.get_or_create("job-2", "ubuntu", connection_config=config)
    assert (second.id, (second.commands.run("cat /tmp/a")).stdout) == (first.id, "kept\n")
    second.destroy()
    first.close()
    third = SandboxSync.get_or_create("job-2", "ubuntu", connection_config=config)
    assert third.id != first.id
    third.destroy()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": ""}, "name must be a word"),
        ({"name": "a b"}, "cannot be 'a b'"),
        ({"name": "a", "metadata": {"opensandbox-name": "b"}}, "which name sets"),
    ],
)
def test_names_are_labels(config: ConnectionConfigSync, arguments: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentException, match=words):
        SandboxSync.get_or_create(image="ubuntu", connection_config=config, **arguments)


def test_a_copy_does_not_take_the_place_of_the_one_that_was_named(config: ConnectionConfigSync) -> None:
    name = "copied"
    first = SandboxSync.get_or_create(name, "ubuntu", connection_config=config)
    with SandboxManagerSync.create(config) as manager:
        snapshot = manager.create_snapshot(first.id)
        manager.wait_for_snapshot(snapshot.id)
        copy = SandboxSync.create(snapshot_id=snapshot.id, connection_config=config)
        first.destroy()
        # Servers copy labels, so it has the name as well.
        assert named(config, name) == [copy.id]
        again = SandboxSync.get_or_create(name, snapshot_id=snapshot.id, connection_config=config)
        assert again.id != copy.id
        same = SandboxSync.get_or_create(name, "ubuntu", connection_config=config)
        assert same.id == again.id
    same.close()
    again.destroy()
    copy.destroy()


def test_a_sandbox_is_seen_with_other_settings(config: ConnectionConfigSync) -> None:
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        patient = sandbox.copy_settings(request_timeout=120, retry_policy=RetryPolicy.disabled())
        assert patient.connection_config.request_timeout == timedelta(seconds=120)
        assert patient.connection_config.domain == config.domain
        assert sandbox.connection_config.request_timeout != timedelta(seconds=120)
        assert (patient.commands.run("echo hi")).ok
        patient.close()
        assert (sandbox.commands.run("echo hi")).ok
        with pytest.raises(InvalidArgumentException, match="request_timeout"):
            sandbox.copy_settings(request_timeout=-1)
    with SandboxManagerSync.create(config) as manager:
        quick = manager.copy_settings(request_timeout=2)
        assert quick.connection_config.request_timeout == timedelta(seconds=2)
        quick.close()


def test_things_show_what_they_are(config: ConnectionConfigSync) -> None:
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        kind = type(sandbox).__name__
        assert repr(sandbox) == f"{kind}({sandbox.id!r}, image='ubuntu', state='Running')"
        assert repr(sandbox.commands) == f"CommandsService(of {sandbox!r})"
        other = SandboxSync.connect(sandbox.id, connection_config=config)
        assert repr(other) == f"{kind}({sandbox.id!r}, state='Running')"
        other.get_info()
        assert "image='ubuntu'" in repr(other)
        other.close()
    with SandboxManagerSync.create(config) as manager:
        assert repr(manager) == f"{type(manager).__name__}(domain={config.get_domain()!r})"
