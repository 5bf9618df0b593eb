# Generated from tests/_async/pool/test_pool.py by scripts/unasync.py. Do not edit.
"""Pools: filling, handing out, refilling, resizing, ending."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._concurrency.pairs import Worker, monotonic
from opensandbox._sync.pool.manager import SandboxPoolManagerSync
from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox.exceptions import (
    InvalidArgumentException,
    PoolAcquireFailedException,
    PoolDestroyedException,
    PoolDestroyIncompleteException,
    PoolEmptyException,
    PoolNotRunningException,
    SandboxApiException,
    SandboxTimeoutException,
    SandboxUnauthenticatedException,
)
from opensandbox.pool_types import (
    AcquirePolicy,
    PoolCreationSpec,
    PoolDestroyOptions,
    PoolDestroyState,
    PoolLifecycleState,
    PoolState,
)
from tests._sync.attaching import config_for
from tests._sync.leaks import background_has_ended
from tests._sync.pools import (
    NAME,
    Make,
    NewStore,
    filled,
    full_pool,
    idle,
    new_pool,
    stores_of,
    waiting,
    warming,
)
from tests.support.deployment import Deployment
from tests.support.faults import APP, Gate, answer
from tests.support.redis import RedisServer
from tests.support.waiting import until

CREATE = "POST /v1/sandboxes"
RENEW = "POST /v1/sandboxes/*/renew-expiration"
BROKEN = {"code": "SOME::CODE", "message": "the text of the server"}
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(params=["memory", "redis"])
def new_store(request: pytest.FixtureRequest, redis_server: RedisServer) -> Iterator[NewStore]:
    with stores_of(request.param, redis_server) as new_store:
        yield new_store


@pytest.fixture
def make(deployment: Deployment, new_store: NewStore) -> Make:
    """Return what makes a pool over a store of its own."""
    return lambda *args, **options: new_pool(deployment, *args, **{"state_store": new_store(), **options})


def made(deployment: Deployment) -> int:
    return deployment.lines().count(CREATE)


# Handing out


def test_acquire_costs_one_look_at_the_sandbox_and_no_lookup(make: Make, deployment: Deployment) -> None:
    with full_pool(make) as pool:
        oldest, before = idle(pool)[0], len(deployment.requests)
        sandbox = pool.acquire()
        asked = [line for line in deployment.lines()[before:] if sandbox.id in line]
        assert sandbox.id == oldest
        assert asked == [f"GET /at/{sandbox.id}/44772/ping"]
        assert (sandbox.commands.run("make")).exit_code == 0
        sandbox.destroy()


def test_acquire_with_a_time_renews_beside_the_look(make: Make, deployment: Deployment) -> None:
    with full_pool(make) as pool:
        before = len(deployment.requests)
        sandbox = pool.acquire(HALF_AN_HOUR)
        asked = [line for line in deployment.lines()[before:] if sandbox.id in line]
        renewal = f"POST /v1/sandboxes/{sandbox.id}/renew-expiration"
        assert sorted(asked) == [f"GET /at/{sandbox.id}/44772/ping", renewal]
        sandbox.destroy()


def test_acquire_lets_another_be_made_at_once(make: Make, deployment: Deployment) -> None:
    with full_pool(make) as pool:
        sandbox = pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        filled(pool, 2)
        assert made(deployment) == 3
        sandbox.destroy()


def test_leaving_the_block_ends_the_sandbox(make: Make, deployment: Deployment) -> None:
    with full_pool(make) as pool:
        with pool.sandbox() as sandbox:
            assert sandbox.id in deployment.alive
        assert sandbox.id not in deployment.alive
        with pytest.raises(ZeroDivisionError):
            with pool.sandbox() as sandbox:
                raise ZeroDivisionError
        assert sandbox.id not in deployment.alive
        with pool.sandbox() as sandbox:
            sandbox.kill()


def test_without_idle_sandboxes_the_policy_decides(make: Make, deployment: Deployment) -> None:
    with make(0) as pool:
        for policy in (AcquirePolicy.FAIL_FAST, AcquirePolicy.RETRY_NEXT_IDLE):
            with pytest.raises(PoolEmptyException, match=f"{NAME!r}.*{policy.name}"):
                pool.acquire(policy=policy)
        for policy in (AcquirePolicy.DIRECT_CREATE, AcquirePolicy.RETRY_NEXT_IDLE_THEN_CREATE):
            sandbox = pool.acquire(HALF_AN_HOUR, policy)
            assert deployment.requests[-3].json["timeout"] == HALF_AN_HOUR.total_seconds()
            sandbox.destroy()
        assert made(deployment) == 2


def test_sandbox_that_died_while_idle_is_passed_over(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 2) as pool:
        first, second = idle(pool)
        del deployment.alive[first]
        deployment.always(f"GET /at/{first}/44772/ping", [answer(502, BROKEN)])
        sandbox = pool.acquire(HALF_AN_HOUR, AcquirePolicy.RETRY_NEXT_IDLE)
        assert sandbox.id == second
        sandbox.destroy()


def test_dead_candidate_fails_an_acquire_that_may_not_go_on(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 1) as pool:
        (first,) = idle(pool)
        del deployment.alive[first]
        with pytest.raises(PoolAcquireFailedException) as caught:
            pool.acquire(HALF_AN_HOUR, AcquirePolicy.FAIL_FAST)
        assert isinstance(caught.value.__cause__, SandboxApiException)
        filled(pool, 1)
        assert idle(pool) != [first]


def test_dead_candidate_does_not_keep_one_from_being_created(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 1) as pool:
        (first,) = idle(pool)
        del deployment.alive[first]
        sandbox = pool.acquire(HALF_AN_HOUR, AcquirePolicy.DIRECT_CREATE)
        assert sandbox.id in deployment.alive
        sandbox.destroy()


def test_candidate_that_does_not_let_us_in_ends_the_acquire(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 1) as pool:
        (first,) = idle(pool)
        deployment.always(f"GET /at/{first}/44772/ping", [answer(401, BROKEN)])
        with pytest.raises(SandboxUnauthenticatedException):
            pool.acquire(policy=AcquirePolicy.RETRY_NEXT_IDLE_THEN_CREATE)
        until(lambda: first not in deployment.alive)


def test_renewal_that_fails_is_raised_and_the_sandbox_killed(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 1) as pool:
        (first,) = idle(pool)
        deployment.script(f"POST /v1/sandboxes/{first}/renew-expiration", [answer(500, BROKEN)])
        with pytest.raises(SandboxApiException, match="the text of the server"):
            pool.acquire(HALF_AN_HOUR)
        until(lambda: first not in deployment.alive)


def test_kill_that_fails_is_tried_again(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 1) as pool:
        (first,) = idle(pool)
        deployment.always(f"GET /at/{first}/44772/ping", [answer(401, BROKEN)])
        deployment.script(f"DELETE /v1/sandboxes/{first}", [answer(500, BROKEN)])
        with pytest.raises(SandboxUnauthenticatedException):
            pool.acquire()
        until(lambda: first not in deployment.alive)


@pytest.mark.parametrize(
    ("argument", "value"), [("policy", "WAIT"), ("sandbox_timeout", 0), ("wait_timeout", -1)]
)
def test_bad_arguments_are_named(make: Make, deployment: Deployment, argument: str, value: Any) -> None:
    with make(0) as pool:
        with pytest.raises(InvalidArgumentException, match=argument):
            pool.acquire(**{argument: value})


# Waiting


def test_those_who_wait_are_served_in_order(make: Make, deployment: Deployment) -> None:
    got: list[tuple[int, SandboxSync]] = []
    gate = Gate()
    deployment.always(CREATE, [gate, answer(500, BROKEN)])
    with make(1) as pool:

        def wait(number: int) -> None:
            got.append((number, pool.acquire(policy=AcquirePolicy.WAIT)))

        workers = []
        for number in range(3):
            workers.append(Worker(lambda number=number: wait(number), f"caller {number}"))  # type: ignore[misc]
            until(lambda expected=number + 1: waiting(pool) == expected)  # type: ignore[misc]
        for number in range(3):
            sandbox_id = f"given-{number}"
            deployment.add(sandbox_id)
            pool._store.put_idle(NAME, sandbox_id)
            until(lambda expected=number + 1: len(got) == expected)  # type: ignore[misc]
        gate.open()
        for worker in workers:
            assert worker.join(10)
        assert [(number, sandbox.id) for number, sandbox in got] == [
            (0, "given-0"),
            (1, "given-1"),
            (2, "given-2"),
        ]
        for _, sandbox in got:
            sandbox.destroy()
        until(lambda: warming(pool) == 0)


def test_waiting_ends_with_its_time_and_swallows_no_sandbox(make: Make, deployment: Deployment) -> None:
    with make(0) as pool:
        with pytest.raises(PoolEmptyException, match="none came in time"):
            pool.acquire(policy=AcquirePolicy.WAIT, wait_timeout=0.05)
        assert waiting(pool) == 0
        deployment.add("given")
        pool._store.put_idle(NAME, "given")
        assert idle(pool) == ["given"]
        sandbox = pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        assert sandbox.id == "given"
        sandbox.destroy()


def test_who_waits_is_made_one_for_beyond_the_size_of_the_pool(make: Make, deployment: Deployment) -> None:
    got: list[SandboxSync] = []
    with full_pool(make, 1) as pool:

        def wait() -> None:
            got.append(pool.acquire(policy=AcquirePolicy.WAIT))

        workers = [Worker(wait, f"caller {number}") for number in range(6)]
        for worker in workers:
            assert worker.join(10)
        assert len({sandbox.id for sandbox in got}) == 6
        for sandbox in got:
            sandbox.destroy()
        filled(pool, 1)


def test_shutdown_sends_those_who_wait_home(make: Make, deployment: Deployment) -> None:
    failures: list[BaseException] = []
    with make(0) as pool:

        def wait() -> None:
            try:
                pool.acquire(policy=AcquirePolicy.WAIT, wait_timeout=60)
            except PoolNotRunningException as exc:
                failures.append(exc)

        worker = Worker(wait, "caller")
        until(lambda: waiting(pool) == 1)
    assert worker.join(10)
    assert len(failures) == 1


# Warming up


def test_everything_in_the_spec_reaches_the_server(make: Make, deployment: Deployment) -> None:
    spec = PoolCreationSpec(
        snapshot_id="snap-1",
        entrypoint=["sleep", "9"],
        env={"A": "1"},
        metadata={"team": "x"},
        resource={"cpu": "2"},
        resource_requests={"cpu": "1"},
        extensions={"k": "v"},
        secure_access=True,
    )
    with full_pool(make, 1, creation_spec=spec):
        body = next(request.json for request in deployment.requests if request.line == CREATE)
        assert body["snapshotId"] == "snap-1"
        assert body["entrypoint"] == ["sleep", "9"]
        assert (body["env"], body["metadata"]["team"], body["extensions"]) == ({"A": "1"}, "x", {"k": "v"})
        assert (body["resourceLimits"], body["resourceRequests"]) == ({"cpu": "2"}, {"cpu": "1"})
        assert body["secureAccess"] is True


def test_the_spec_says_how_long_a_server_may_take_to_answer(make: Make, deployment: Deployment) -> None:
    gate = Gate()
    deployment.script(CREATE, [gate, APP])
    spec = PoolCreationSpec(image="python:3.12", create_timeout=timedelta(seconds=0.2))
    with make(0, creation_spec=spec) as pool:
        with pytest.raises(SandboxTimeoutException, match="raise create_timeout"):
            pool.acquire(policy=AcquirePolicy.DIRECT_CREATE)
        gate.open()
        until(lambda: any(line.startswith("DELETE") for line in deployment.lines()))
        background_has_ended()
    for wrong in (timedelta(0), 3):
        with pytest.raises(ValueError, match="create_timeout must be a timedelta above zero"):
            PoolCreationSpec(image="python:3.12", create_timeout=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "primary_lock_ttl",
        "acquire_ready_timeout",
        "acquire_health_check_polling_interval",
        "warmup_ready_timeout",
        "warmup_health_check_polling_interval",
        "warmup_post_prepare_health_check_timeout",
        "idle_timeout",
        "drain_timeout",
    ],
)
def test_a_pool_takes_durations_without_a_practical_end(make: Make, name: str) -> None:
    with full_pool(make, 1, **{name: timedelta.max}) as pool:
        (pool.acquire()).destroy()


def test_pool_may_start_from_a_template(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 1, creation_spec=PoolCreationSpec(template_id="tpl-1")):
        body = next(request.json for request in deployment.requests if request.line == CREATE)
        assert "tpl-1" in str(body)


def test_warm_sandbox_is_checked_prepared_and_checked_again(make: Make, deployment: Deployment) -> None:
    steps: list[str] = []

    def check(sandbox: SandboxSync) -> bool:
        steps.append("check")
        return len(steps) > 1

    def prepare(sandbox: SandboxSync) -> None:
        sandbox.files.write_file("/prepared", b"yes")
        steps.append("prepare")

    def check_again(sandbox: SandboxSync) -> bool:
        steps.append("check again")
        return True

    hooks = {
        "warmup_health_check": check,
        "warmup_sandbox_preparer": prepare,
        "warmup_post_prepare_health_check": check_again,
    }
    with full_pool(make, 1, **hooks):
        assert steps == ["check", "check", "prepare", "check again"]


def test_failed_warmups_leave_nothing_and_are_tried_ever_less_often(
    make: Make, deployment: Deployment
) -> None:
    def prepare(sandbox: SandboxSync) -> None:
        raise RuntimeError("the disk is full")

    with make(1, warmup_sandbox_preparer=prepare, degraded_threshold=2) as pool:
        until(lambda: pool._run is not None and pool._run.plan.backoff.failures >= 2)
        snapshot = pool.snapshot()
        assert (snapshot.state, snapshot.backoff_active) == (PoolState.DEGRADED, True)
        assert snapshot.backoff_remaining is not None
        assert "the disk is full" in str(snapshot.last_error)
        until(lambda: not deployment.alive)
        assert idle(pool) == []


def test_pool_recovers_by_itself(make: Make, deployment: Deployment) -> None:
    deployment.script(CREATE, *[[answer(503, BROKEN)]] * 2)
    with full_pool(make, 1, degraded_threshold=2) as pool:
        snapshot = pool.snapshot()
        assert (snapshot.state, snapshot.failure_count, snapshot.last_error) == (PoolState.HEALTHY, 0, None)
        assert snapshot.statistics is not None
        assert snapshot.statistics.counters["warmup_failed"] == 2


def test_creator_makes_what_is_idle_and_what_is_created_directly(make: Make, deployment: Deployment) -> None:
    reasons: list[str] = []

    def create(context: Any) -> SandboxSync:
        reasons.append(context.reason.name)
        config = context.connection_config
        return SandboxSync.create("mine", timeout=context.idle_timeout, connection_config=config)

    with full_pool(make, 1, sandbox_creator=create) as pool:
        first = pool.acquire()
        first.destroy()
        filled(pool, 1)
        pool.resize(0)
        filled(pool, 0)
        second = pool.acquire()
        second.destroy()
    assert reasons == ["WARMUP", "WARMUP", "DIRECT_CREATE"]


def test_creations_keep_to_the_gate(make: Make, deployment: Deployment) -> None:
    gate, got = Gate(), list[SandboxSync]()
    with make(0, max_concurrent_creates=1) as pool:
        deployment.script(CREATE, [gate, answer(500, BROKEN)])

        def create() -> None:
            with suppress(SandboxApiException):
                got.append(pool.acquire())

        workers = [Worker(create, f"caller {number}") for number in range(2)]
        until(lambda: made(deployment) == 1)
        assert pool._run is not None
        assert pool._run.plan.gate.inside == 1
        gate.open()
        for worker in workers:
            assert worker.join(10)
        assert made(deployment) == 2
        for sandbox in got:
            sandbox.destroy()


# Size


def test_resizing_kills_what_is_too_many_and_makes_what_is_missing(
    make: Make, deployment: Deployment
) -> None:
    with full_pool(make, 4) as pool:
        oldest = idle(pool)[:3]
        pool.resize(1)
        until(lambda: len(deployment.alive) == 1)
        assert not set(oldest) & set(deployment.alive)
        assert (pool.snapshot()).max_idle == 1
        pool.resize(3)
        filled(pool, 3)
        with pytest.raises(ValueError, match="max_idle"):
            pool.resize(-1)


@pytest.mark.parametrize("parallel", [True, False])
def test_releasing_kills_all_that_are_idle(make: Make, deployment: Deployment, parallel: bool) -> None:
    pool = make(3, kill_idle_on_shutdown=False)
    with pool:
        filled(pool, 3)
    assert len(deployment.alive) == 3
    released = pool.release_all_idle_parallel() if parallel else pool.release_all_idle()
    assert (released, deployment.alive) == (3, {})
    with pytest.raises(ValueError, match="max_workers"):
        pool.release_all_idle_parallel(0)


def test_snapshot_lists_what_is_idle(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 2, idle_timeout=timedelta(hours=2)) as pool:
        entries = pool.snapshot_idle_entries()
        assert [entry.sandbox_id for entry in entries] == idle(pool)
        snapshot = pool.snapshot()
        assert (snapshot.idle_count, snapshot.max_idle, snapshot.leader_epoch) == (2, 2, 1)
        assert snapshot.statistics is not None
        assert snapshot.statistics.counters["warmed"] == 2
        assert snapshot.statistics.latencies["warmup"].count == 2


# Starting and ending


def test_pool_that_does_not_run_says_so(make: Make, deployment: Deployment) -> None:
    pool = make()
    assert (pool.snapshot()).lifecycle_state is PoolLifecycleState.NOT_STARTED
    with pytest.raises(PoolNotRunningException, match=NAME):
        pool.acquire()
    pool.shutdown()


def test_idle_and_borrowed_sandboxes_outlive_the_pool(make: Make, deployment: Deployment) -> None:
    pool = make(2, kill_idle_on_shutdown=False)
    pool.start()
    filled(pool, 2)
    sandbox = pool.acquire()
    filled(pool, 2)
    pool.shutdown()
    snapshot = pool.snapshot()
    assert (snapshot.state, snapshot.idle_count) == (PoolState.STOPPED, 2)
    assert (sandbox.commands.run("make")).exit_code == 0
    sandbox.destroy()

    pool.start()
    pool.start()
    again = pool.acquire(policy=AcquirePolicy.FAIL_FAST)
    again.destroy()
    pool.resize(0)
    filled(pool, 0)
    pool.shutdown()


def test_shutdown_waits_for_what_is_warming_up(make: Make, deployment: Deployment) -> None:
    gate = Gate()
    deployment.script(RENEW, [gate, answer(200, {"expiresAt": "2030-01-01T00:00:00Z"})])
    pool = make(1, kill_idle_on_shutdown=False)
    pool.start()
    until(lambda: any("renew-expiration" in line for line in deployment.lines()))
    worker = Worker(pool.shutdown, "shutdown")
    until(lambda: pool._state is PoolLifecycleState.DRAINING)
    assert (pool.snapshot()).state is PoolState.DRAINING
    gate.open()
    assert worker.join(10)
    assert len(idle(pool)) == 1
    assert pool.release_all_idle() == 1


def test_sandbox_that_is_ready_after_the_end_is_killed(make: Make, deployment: Deployment) -> None:
    gate = Gate()
    deployment.script(RENEW, [gate, answer(200, {"expiresAt": "2030-01-01T00:00:00Z"})])
    pool = make(1, drain_timeout=timedelta(0))
    pool.start()
    until(lambda: any("renew-expiration" in line for line in deployment.lines()))
    worker = Worker(pool.shutdown, "shutdown")
    until(lambda: pool._state is PoolLifecycleState.DRAINING)
    gate.open()
    assert worker.join(20)
    until(lambda: not deployment.alive)


def test_members_of_one_pool_share_it_and_one_leads(
    make: Make, new_store: NewStore, deployment: Deployment
) -> None:
    store = new_store()
    interval = timedelta(seconds=0.05)
    first = new_pool(
        deployment, 2, state_store=store, kill_idle_on_shutdown=False, reconcile_interval=interval
    )
    first.start()
    filled(first, 2)
    with make(2, state_store=store, reconcile_interval=interval) as second:
        sandbox = second.acquire(policy=AcquirePolicy.FAIL_FAST)
        filled(first, 2)  # the one who leads has made another
        assert (second.snapshot()).leader_epoch is None
        first.shutdown()
        until(lambda: second._run is not None and second._run.plan.epoch == 2)
        other = second.acquire(policy=AcquirePolicy.FAIL_FAST)
        filled(second, 2)
        assert made(deployment) == 4
        sandbox.destroy()
        other.destroy()


def test_destroyed_name_cannot_be_used(make: Make, deployment: Deployment) -> None:
    with full_pool(make, 2) as pool:
        store: Any = pool._config.state_store
        manager = SandboxPoolManagerSync(state_store=store, connection_config=pool._config.connection_config)
        result = manager.destroy(NAME)
        assert (result.drained_idle_count, result.killed_idle_count) == (2, 2)
        with pytest.raises(PoolDestroyedException, match=NAME):
            pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        again = manager.destroy(NAME)
        assert (again.drained_idle_count, again.persistent_state_cleared) == (0, False)
    until(lambda: not deployment.alive)
    with pytest.raises(PoolDestroyedException, match=NAME):
        pool.start()


def test_destroy_ends_in_its_time_although_a_kill_hangs(deployment: Deployment) -> None:
    gate = Gate()
    deployment.always("DELETE /v1/sandboxes/*", [gate, answer(204, b"")])
    store: Any = InMemoryPoolStateStore()
    store.put_idle(NAME, "hanging")
    config = config_for(deployment)
    assert config.request_timeout > timedelta(seconds=20)
    manager = SandboxPoolManagerSync(state_store=store, connection_config=config)
    began = monotonic()
    with pytest.raises(PoolDestroyIncompleteException, match=f"{NAME}.*1 idle.*0.3 s.*drain_timeout"):
        manager.destroy(NAME, PoolDestroyOptions(drain_timeout=timedelta(seconds=0.3)))
    assert monotonic() - began < 10
    assert gate.reached
    gate.open()
    assert (manager.destroy(NAME)).state is PoolDestroyState.DESTROYED
