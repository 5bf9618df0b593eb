"""What objects say that they are, in a shell and in logs."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from opensandbox import (
    InMemoryPoolStateStore,
    PoolCreationSpec,
    Sandbox,
    SandboxPoolManagerSync,
    SandboxPoolSync,
    SandboxSync,
)
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.local import LocalServer
from opensandbox.pool_types import PoolLifecycleState, PoolSnapshot, PoolState


def test_services_name_their_sandbox() -> None:
    config = ConnectionConfig(domain="sandboxes.example.com")
    sandbox = Sandbox("sb-1", connection_config=config)
    services = (
        sandbox.commands,
        sandbox.files,
        sandbox.code,
        sandbox.code.contexts,
        sandbox.pty,
        sandbox.metrics,
        sandbox.isolation,
        sandbox.processes,
        sandbox._pinged,
    )
    for service in services:
        assert repr(service) == f"{type(service).__name__}(of Sandbox('sb-1'))"
    assert repr(sandbox.credential_vault) == "EgressService(of sandbox 'sb-1')"
    assert repr(sandbox.diagnostics) == "DiagnosticsService('http://sandboxes.example.com/v1')"


def test_what_only_helps_newcomers_is_not_listed() -> None:
    listed = dir(SandboxSync("sb-1", connection_config=ConnectionConfigSync()))
    assert "get" not in listed
    assert "is_running" not in listed
    assert {"commands", "get_info", "last_response"} <= set(listed)


def test_pools_and_servers_say_how_they_stand() -> None:
    config = ConnectionConfigSync(domain="sandboxes.example.com")
    store = InMemoryPoolStateStore()
    pool = SandboxPoolSync(
        pool_name="workers",
        max_idle=1,
        state_store=store,
        connection_config=config,
        creation_spec=PoolCreationSpec(image="ubuntu"),
    )
    assert repr(pool) == "SandboxPoolSync('workers', state='NOT_STARTED')"
    manager = SandboxPoolManagerSync(state_store=store, connection_config=config)
    assert repr(manager) == "SandboxPoolManagerSync(domain='sandboxes.example.com')"
    assert repr(LocalServer()) == "LocalServer(not running)"


def test_a_snapshot_of_a_pool_is_one_line() -> None:
    snapshot = PoolSnapshot(
        state=PoolState.HEALTHY,
        lifecycle_state=PoolLifecycleState.RUNNING,
        idle_count=3,
        max_idle=5,
        failure_count=0,
        backoff_active=False,
        last_error=None,
        in_flight_operations=2,
        warming_count=1,
    )
    assert str(snapshot) == "RUNNING HEALTHY: 3 of 5 idle, 1 warming, 0 waiting, 2 in flight"
    failed = dataclasses.replace(
        snapshot, failure_count=4, last_error="no\nroom", backoff_remaining=timedelta(seconds=2)
    )
    assert str(failed).endswith("2 in flight, 4 failures in a row, last error: no room")
