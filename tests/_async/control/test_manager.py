"""The manager: whole lists, many deletions, and waits, on a server that can be made to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opensandbox import SandboxManager
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxConflictException,
    SandboxNotFoundException,
    SandboxReadyTimeoutException,
    SandboxUnavailableException,
    SnapshotFailedException,
    TemplateFailedException,
)
from opensandbox.models import SandboxFilter, SnapshotFilter
from opensandbox.models.templates import TemplateFilter
from tests._async.attaching import config_for
from tests.support.deployment import CREATED, Deployment
from tests.support.faults import Request, answer
from tests.support.lists import PagedServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def manager(deployment: Deployment) -> AsyncIterator[SandboxManager]:
    async with await SandboxManager.create(config_for(deployment)) as manager:
        yield manager


def error(status: int) -> bytes:
    return answer(status, {"code": "CODE", "message": "no"})


def snapshot(state: str, **status: str) -> bytes:
    record = {"id": "s", "sandboxId": "box", "createdAt": CREATED, "status": {"state": state, **status}}
    return answer(200, record)


def template(phase: str, **status: str) -> bytes:
    record = {
        "templateId": "t",
        "image": "ubuntu",
        "publish": "s3://templates/t",
        "format": "native",
        "status": {"phase": phase, **status},
        "createdAt": CREATED,
        "updatedAt": CREATED,
    }
    return answer(200, record)


async def test_ten_thousand_sandboxes_stream_through_with_one_page_in_memory() -> None:
    import tracemalloc

    with PagedServer(total=10_000) as server:
        config = config_for(server)
        async with await SandboxManager.create(config) as manager:
            seen = 0
            async for info in manager.iter_sandbox_infos(SandboxFilter(page_size=200)):
                seen += 1
                assert info.id
                if seen == 1_000:
                    tracemalloc.start()
                    early = tracemalloc.get_traced_memory()[0]
            late = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
    assert seen == 10_000
    assert server.pages == list(range(1, 51))
    # A thousand more records at once would be several megabytes.
    assert late - early < 1_000_000


async def test_the_next_page_is_fetched_when_the_former_has_been_used_up() -> None:
    with PagedServer(total=250) as server:
        async with await SandboxManager.create(config_for(server)) as manager:
            walk = manager.iter_sandbox_infos()
            for _ in range(100):
                await anext(walk)
            assert server.pages == [1]
            await anext(walk)
            assert server.pages == [1, 2]


async def test_what_is_created_meanwhile_is_not_seen_twice() -> None:
    with PagedServer(total=25) as server:
        async with await SandboxManager.create(config_for(server)) as manager:
            seen: list[str] = []
            async for info in manager.iter_sandbox_infos(SandboxFilter(page_size=10)):
                if not seen:
                    server.add(3)  # at the front: three of the first page move on to the second
                seen.append(info.id)
    assert len(seen) == len(set(seen)) == 25


async def test_filters_go_along_with_every_page_and_choose_the_first() -> None:
    with PagedServer(total=35) as server:
        async with await SandboxManager.create(config_for(server)) as manager:
            chosen = SandboxFilter(states=["Running"], metadata={"a": "b"}, page_size=10, page=3)
            assert len([info async for info in manager.iter_sandbox_infos(chosen)]) == 15
    assert server.pages == [3, 4]
    assert all("state=Running" in target and "metadata=a%3Db" in target for target in server.targets)


async def test_snapshots_and_templates_are_walked_through_alike() -> None:
    with PagedServer(total=25) as server:
        async with await SandboxManager.create(config_for(server)) as manager:
            snapshots = [found.id async for found in manager.iter_snapshots(SnapshotFilter(page_size=10))]
            templates = [
                found.template_id async for found in manager.iter_templates(TemplateFilter(page_size=10))
            ]
    assert len(snapshots) == len(templates) == 25
    assert server.pages == [1, 2, 3, 1, 2, 3]


async def test_a_failure_in_the_middle_of_a_list_is_told(
    deployment: Deployment, manager: SandboxManager
) -> None:
    deployment.script("GET /v1/sandboxes", [error(503)])
    with pytest.raises(SandboxUnavailableException):
        [info async for info in manager.iter_sandbox_infos()]


async def test_killing_what_is_gone_is_an_error_unless_it_is_meant(manager: SandboxManager) -> None:
    with pytest.raises(SandboxNotFoundException):
        await manager.kill_sandbox("gone")
    await manager.kill_sandbox("gone", missing_ok=True)


async def test_other_failures_of_a_kill_are_told_in_any_case(
    deployment: Deployment, manager: SandboxManager
) -> None:
    deployment.add("box")
    deployment.script("DELETE /v1/sandboxes/box", [error(409)])
    with pytest.raises(SandboxConflictException):
        await manager.kill_sandbox("box", missing_ok=True)


async def test_all_that_fit_are_killed_and_the_report_tells_what_became_of_each(
    deployment: Deployment, manager: SandboxManager
) -> None:
    for name in ("one", "two", "gone", "stuck"):
        deployment.add(name, {"job": "nightly"})
    deployment.add("other", {"job": "daily"})
    deployment.script("DELETE /v1/sandboxes/gone", [error(404)])
    deployment.script("DELETE /v1/sandboxes/stuck", [error(409)])
    report = await manager.kill_all(SandboxFilter(metadata={"job": "nightly"}))
    assert sorted(report.killed) == ["one", "two"]
    assert report.gone == ["gone"]
    assert [type(failure) for failure in report.failed.values()] == [SandboxConflictException]
    assert list(report.failed) == ["stuck"]
    assert sorted(deployment.alive) == ["gone", "other", "stuck"]


async def test_no_more_deletions_are_under_way_than_allowed() -> None:
    with PagedServer(total=60) as server:
        async with await SandboxManager.create(config_for(server)) as manager:
            report = await manager.kill_all(everything=True, concurrency=4)
    assert len(report.killed) == 60
    assert 1 < server.most_deletions_at_once <= 4


async def test_a_sweep_ends_only_what_is_old(deployment: Deployment, manager: SandboxManager) -> None:
    now = datetime.now(UTC)
    for name, age in (("old", 3), ("young", 1), ("ancient", 300)):
        deployment.add(name, {"team": "ci"})["createdAt"] = (now - timedelta(hours=age)).isoformat()
    deployment.add("foreign")
    report = await manager.sweep(older_than=timedelta(hours=2), metadata={"team": "ci"})
    assert sorted(report.killed) == ["ancient", "old"]
    assert sorted(deployment.alive) == ["foreign", "young"]


@pytest.mark.parametrize("concurrency", [0, -1, True, 1.5, "many"])
async def test_a_senseless_concurrency_is_refused_before_anything_is_sent(
    deployment: Deployment, manager: SandboxManager, concurrency: Any
) -> None:
    with pytest.raises(InvalidArgumentException, match="concurrency must be"):
        await manager.kill_all(everything=True, concurrency=concurrency)
    assert deployment.requests == []


NOTHING_CHOSEN = [
    lambda manager: manager.kill_all(),
    lambda manager: manager.kill_all(SandboxFilter()),
    lambda manager: manager.kill_all(SandboxFilter(states=[], metadata={})),
    lambda manager: manager.kill_all(SandboxFilter(page=1, page_size=1)),
    lambda manager: manager.kill_all(SandboxFilter(), everything="no"),
    lambda manager: manager.sweep(older_than=timedelta(hours=2)),
    lambda manager: manager.sweep(older_than=0, states=[], metadata={}),
]


@pytest.mark.parametrize("call", NOTHING_CHOSEN)
async def test_every_sandbox_is_ended_only_where_that_is_said(
    deployment: Deployment, manager: SandboxManager, call: Callable[[SandboxManager], Awaitable[object]]
) -> None:
    with pytest.raises(InvalidArgumentException, match=r"neither states nor metadata.*everything=True"):
        await call(manager)
    assert deployment.requests == []


async def test_everything_goes_where_that_is_said(deployment: Deployment, manager: SandboxManager) -> None:
    for name, age in (("old", 3), ("young", 1)):
        created = datetime.now(UTC) - timedelta(hours=age)
        deployment.add(name)["createdAt"] = created.isoformat()
    assert (await manager.sweep(older_than=timedelta(hours=2), everything=True)).killed == ["old"]
    assert (await manager.kill_all(SandboxFilter(states=["Running"]))).killed == ["young"]
    deployment.add("third")
    assert (await manager.kill_all(everything=True)).killed == ["third"]


async def test_a_snapshot_is_waited_for(deployment: Deployment, manager: SandboxManager) -> None:
    deployment.script(
        "GET /v1/snapshots/s", [snapshot("Creating")], [error(502)], [snapshot("Odd")], [snapshot("Ready")]
    )
    found = await manager.wait_for_snapshot("s", timeout=5, polling_interval=0.01)
    assert found.status.state == "Ready"


async def test_a_snapshot_that_failed_is_not_waited_for(
    deployment: Deployment, manager: SandboxManager
) -> None:
    failed = snapshot("Failed", reason="snapshot_capture_failed", message="no space left")
    deployment.script("GET /v1/snapshots/s", [snapshot("Creating")], [failed])
    with pytest.raises(SnapshotFailedException, match="snapshot_capture_failed: no space left") as caught:
        await manager.wait_for_snapshot("s", timeout=5, polling_interval=0.01)
    assert caught.value.snapshot is not None
    assert caught.value.snapshot.id == "s"


async def test_one_that_is_missing_is_not_waited_for(manager: SandboxManager) -> None:
    with pytest.raises(SandboxNotFoundException):
        await manager.wait_for_snapshot("s", timeout=5)
    with pytest.raises(SandboxNotFoundException):
        await manager.wait_for_template("t", timeout=5)


async def test_a_template_is_waited_for_until_it_is_built_or_failed(
    deployment: Deployment, manager: SandboxManager
) -> None:
    route = "GET /v1/templates/t"
    deployment.script(route, [template("Pending")], [template("Building")], [template("Succeeded")])
    found = await manager.wait_for_template("t", timeout=5, polling_interval=0.01)
    assert found.status.phase == "Succeeded"
    deployment.script(route, [template("Building")], [template("Failed", message="no such image")])
    with pytest.raises(TemplateFailedException, match="no such image") as caught:
        await manager.wait_for_template("t", timeout=5, polling_interval=0.01)
    assert caught.value.template is not None
    assert caught.value.template.template_id == "t"


async def test_a_wait_ends_with_its_time(deployment: Deployment, manager: SandboxManager) -> None:
    def creating(request: Request) -> bytes:
        return snapshot("Creating")

    deployment.app = creating
    with pytest.raises(SandboxReadyTimeoutException, match="snapshot s was not there"):
        await manager.wait_for_snapshot("s", timeout=0.2, polling_interval=0.02)


@pytest.mark.parametrize(
    "ask",
    [
        lambda manager: manager.list_sandbox_infos(SandboxFilter(states=["Runing"])),
        lambda manager: manager.list_snapshots(SnapshotFilter(states=["Redy"])),
        lambda manager: manager.kill_all(SandboxFilter(states=["Runing"])),
        lambda manager: manager.sweep(older_than=0, states=["Runing"]),
    ],
)
async def test_a_misspelt_state_is_refused_before_anything_is_sent(
    manager: SandboxManager, deployment: Deployment, ask: Callable[[SandboxManager], Awaitable[Any]]
) -> None:
    with pytest.raises(InvalidArgumentException, match=r"did you mean 'R(unning|eady)'"):
        await ask(manager)
    assert deployment.requests == []
