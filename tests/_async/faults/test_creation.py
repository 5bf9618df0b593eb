"""Creation when the network or the server fails under it: one sandbox when it succeeds, none when it does not."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncHTTPTransport

from opensandbox import Sandbox
from opensandbox._async.control import leftovers
from opensandbox._concurrency.pairs import async_gather_bounded, monotonic
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxInvalidRequestException,
    SandboxNotFoundException,
    SandboxRateLimitException,
    SandboxReadyTimeoutException,
    SandboxTimeoutException,
    SandboxUnauthenticatedException,
    SandboxUnavailableException,
)
from opensandbox.transport import RetryPolicy
from opensandbox.transport.retry import RetryCause, RetryEvent
from tests._async.attaching import AT_ONCE, config_for
from tests._async.leaks import background_has_ended
from tests.support.cancellation import in_the_background
from tests.support.deployment import Deployment
from tests.support.faults import APP, FIN, HOLD, RST, RST_ON_NEXT, WORK, Drip, Gate, Script, answer, head
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

CREATE = "POST /v1/sandboxes"
LIST = "GET /v1/sandboxes"
DELETE = "DELETE /v1/sandboxes/*"
LOOKUP = "GET /v1/sandboxes/*/endpoints/44772"
PING = "GET /at/*/44772/ping"
NOT_PUBLISHED = {"code": "KUBERNETES::POD_IP_NOT_AVAILABLE", "message": "no address yet"}
BROKEN = {"code": "SOME::CODE", "message": "the text of the server"}
NO_PAGES = {"page": 1, "pageSize": 20, "totalItems": 0, "totalPages": 0, "hasNextPage": False}
SOON = 10.0


async def create(deployment: Deployment, **options: Any) -> Sandbox:
    settings = {"connection_config": config_for(deployment), "ready_timeout": 10, **options}
    return await Sandbox.create("python:3.12", **settings)


def looks(deployment: Deployment, ending: str) -> int:
    return len([line for line in deployment.lines() if line.endswith(ending)])


async def test_creation_asks_for_nothing_but_the_sandbox_its_address_and_its_health(
    deployment: Deployment,
) -> None:
    async with await create(deployment) as sandbox:
        assert set(deployment.alive) == {sandbox.id}
        assert deployment.lines() == [
            "POST /v1/sandboxes",
            f"GET /v1/sandboxes/{sandbox.id}/endpoints/44772",
            f"GET /at/{sandbox.id}/44772/ping",
        ]
        await sandbox.kill()


LOST: list[Script] = [
    [WORK, RST],
    [WORK, FIN],
    [WORK, head(202, content_length=999), b'{"id":', FIN],
    [WORK, answer(202, b"<html></html>")],
    [WORK, answer(202, b"")],
    [WORK, answer(502, BROKEN)],
    [WORK, answer(504, BROKEN)],
    [WORK, answer(520, b"<html></html>")],
]


@pytest.mark.parametrize("wished", ["config", "retry"])
@pytest.mark.parametrize("lost", LOST)
async def test_lost_answer_is_made_up_for_by_looking(
    deployment: Deployment, lost: Script, wished: str
) -> None:
    deployment.script(CREATE, lost)
    options: dict[str, Any] = {"retry": AT_ONCE}
    if wished == "config":
        options = {"connection_config": config_for(deployment, retry_policy=AT_ONCE)}
    async with await create(deployment, metadata={"mine": "yes"}, **options) as sandbox:
        assert set(deployment.alive) == {sandbox.id}
        assert looks(deployment, CREATE) == 1
        assert deployment.alive[sandbox.id]["metadata"]["mine"] == "yes"
        assert (await sandbox.get_info()).metadata == {"mine": "yes"}
        await sandbox.kill()


async def test_lost_creation_from_a_template_is_made_up_for_as_well(deployment: Deployment) -> None:
    deployment.script(CREATE, [WORK, RST])
    config = config_for(deployment, retry_policy=AT_ONCE)
    async with await Sandbox.create_from_template("tpl", timeout=600, connection_config=config) as sandbox:
        assert looks(deployment, CREATE) == 1
        await sandbox.kill()


async def test_a_repeated_creation_of_whose_first_attempt_the_server_tells_late_leaves_one_sandbox(
    deployment: Deployment,
) -> None:
    lists = Gate()
    nothing = answer(200, {"items": [], "pagination": NO_PAGES})
    deployment.script(CREATE, [WORK, answer(504, BROKEN)])
    deployment.script(LIST, [nothing], [lists, APP])
    config = config_for(deployment, retry_policy=AT_ONCE)
    async with await create(deployment, connection_config=config) as sandbox:
        assert looks(deployment, CREATE) == 2
        lists.open()
        await async_until(lambda: set(deployment.alive) == {sandbox.id})
        await sandbox.kill()
    await background_has_ended()


async def test_creation_that_never_arrived_is_repeated(deployment: Deployment) -> None:
    deployment.script(CREATE, [RST], [answer(429, BROKEN, retry_after=0)], [answer(503, BROKEN)])
    async with await create(deployment, retry=AT_ONCE) as sandbox:
        assert set(deployment.alive) == {sandbox.id}
        assert looks(deployment, CREATE) == 4
        await sandbox.kill()
    await background_has_ended()


async def test_search_for_what_was_lost_may_fail_for_a_while(deployment: Deployment) -> None:
    deployment.script(CREATE, [WORK, RST])
    deployment.script(LIST, [answer(503, BROKEN)], [RST])
    async with await create(deployment, retry=AT_ONCE) as sandbox:
        assert set(deployment.alive) == {sandbox.id}
        assert looks(deployment, CREATE) == 1
        await sandbox.kill()


@pytest.mark.parametrize("lost", LOST)
async def test_lost_answer_without_retries_is_told_and_what_was_made_is_removed(
    deployment: Deployment, lost: Script
) -> None:
    deployment.script(CREATE, lost)
    with pytest.raises(SandboxException, match="what it may have made is removed") as caught:
        await create(deployment)
    assert not caught.value.is_retryable
    assert looks(deployment, CREATE) == 1
    assert not deployment.alive


async def test_what_the_server_still_makes_after_its_answer_was_lost_is_removed(
    deployment: Deployment,
) -> None:
    lists = Gate()
    deployment.script(CREATE, [WORK, RST])
    deployment.script(LIST, [answer(503, BROKEN)], [lists, APP])
    with pytest.raises(SandboxConnectionException):
        await create(deployment)
    assert len(deployment.alive) == 1
    lists.open()
    await async_until(lambda: not deployment.alive)
    await background_has_ended()


async def test_many_lost_creations_are_looked_for_by_one_task(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "SEARCH_PAUSES", (0.01,) * 1000)
    deployment.always(CREATE, [WORK, RST])
    deployment.always(LIST, [answer(503, BROKEN)])

    async def one(number: int) -> None:
        with pytest.raises(SandboxConnectionException):
            await create(deployment)

    await async_gather_bounded(one, list(range(20)), 20)
    assert len(deployment.alive) >= 20
    await async_until(lambda: in_the_background() == 1)
    deployment.always(LIST, [APP])
    await async_until(lambda: not deployment.alive)
    await background_has_ended()


async def test_a_transport_of_the_callers_sees_no_label(deployment: Deployment) -> None:
    deployment.script(CREATE, [WORK, RST])
    async with AsyncHTTPTransport() as transport:
        with pytest.raises(SandboxConnectionException, match="look whether it happened"):
            await create(deployment, connection_config=config_for(deployment, transport=transport))
    assert "metadata" not in deployment.requests[0].json
    assert deployment.lines() == [CREATE]
    # It cannot be told from others, and ends when its time is up.
    deployment.alive.clear()


@pytest.mark.parametrize(
    ("script", "kind"),
    [([RST], SandboxConnectionException), ([answer(429, BROKEN, retry_after=0)], SandboxRateLimitException)],
    ids=["cut", "busy"],
)
async def test_creation_that_never_arrives_is_given_up(
    deployment: Deployment, script: Script, kind: type[SandboxException]
) -> None:
    deployment.always(CREATE, script)
    with pytest.raises(kind):
        await create(deployment, retry=AT_ONCE)
    assert looks(deployment, CREATE) == 1 + AT_ONCE.max_retries
    assert not deployment.alive
    await background_has_ended()


async def test_creation_that_is_given_up_removes_what_its_attempts_left(deployment: Deployment) -> None:
    deployment.script(CREATE, [WORK, answer(504, BROKEN)])
    deployment.script(LIST, *([[answer(503, BROKEN)]] * AT_ONCE.max_retries))
    with pytest.raises(SandboxApiException):
        await create(deployment, retry=AT_ONCE)
    assert looks(deployment, CREATE) == 1
    assert not deployment.alive


async def test_refused_creation_is_not_repeated(deployment: Deployment) -> None:
    deployment.script(CREATE, [answer(400, BROKEN)])
    with pytest.raises(SandboxInvalidRequestException, match="SOME::CODE"):
        await create(deployment, retry=AT_ONCE)
    assert deployment.lines() == [CREATE]


LIMITS: list[dict[str, Any]] = [
    {"create_timeout": 0.3},
    {"request_timeout": 0.3},
    {"create_timeout": 0.3, "request_timeout": 60},
]


@pytest.mark.parametrize("limit", LIMITS, ids=str)
async def test_a_creation_that_takes_too_long_is_seen_through_and_removed(
    deployment: Deployment, limit: dict[str, Any]
) -> None:
    gate = Gate()
    deployment.script(CREATE, [gate, APP])
    options = {key: value for key, value in limit.items() if key == "create_timeout"}
    if "request_timeout" in limit:
        options["connection_config"] = config_for(deployment, request_timeout=limit["request_timeout"])
    with pytest.raises(SandboxTimeoutException, match=r"did not answer the creation within 0\.3 s"):
        await create(deployment, **options)
    gate.open()
    await async_until(lambda: looks(deployment, "DELETE /v1/sandboxes/sbx-1") == 1)
    await async_until(lambda: not deployment.alive)
    await background_has_ended()


async def test_a_request_timeout_that_cut_a_creation_short_does_not_cut_its_removal_short(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()
    deployment.script(CREATE, [gate, APP])
    deployment.script(DELETE, [WORK, Drip(answer(204), every=0.02)])
    with pytest.raises(SandboxTimeoutException):
        await create(deployment, connection_config=config_for(deployment, request_timeout=0.3))
    gate.open()
    await background_has_ended()
    assert not deployment.alive
    assert "could not be removed" not in caplog.text


async def test_fifty_creations_that_take_too_long_leave_nothing(deployment: Deployment) -> None:
    gate = Gate()
    deployment.always(CREATE, [gate, APP])

    async def one(number: int) -> str:
        try:
            await create(deployment, create_timeout=0.5)
        except SandboxTimeoutException:
            return "timed out"
        return "made"

    assert await async_gather_bounded(one, list(range(50)), 50) == ["timed out"] * 50
    gate.open()
    await async_until(lambda: sum(line.startswith("DELETE") for line in deployment.lines()) == 50)
    await async_until(lambda: not deployment.alive)
    await background_has_ended()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_creation_that_is_refused_before_it_begins_is_sent_again(
    deployment: Deployment, status: int
) -> None:
    refusal = answer(status, BROKEN, retry_after="0")
    deployment.script(CREATE, [refusal], [refusal])
    config = config_for(deployment, retry_policy=AT_ONCE)
    async with await create(deployment, connection_config=config) as sandbox:
        assert deployment.lines()[:3] == [CREATE] * 3
        await sandbox.kill()


@pytest.mark.parametrize(
    ("status", "policy"),
    [
        (503, RetryPolicy.disabled()),
        (429, RetryPolicy.disabled()),
        (500, AT_ONCE),
    ],
)
async def test_any_other_creation_is_sent_once(
    deployment: Deployment, status: int, policy: RetryPolicy
) -> None:
    deployment.script(CREATE, [answer(status, BROKEN, retry_after="1")])
    with pytest.raises(SandboxApiException) as caught:
        await create(deployment, connection_config=config_for(deployment, retry_policy=policy))
    assert caught.value.status_code == status
    assert deployment.lines() == [CREATE]


async def test_a_503_that_asks_nobody_to_wait_may_be_a_gateway_that_lost_its_server(
    deployment: Deployment,
) -> None:
    deployment.script(
        CREATE, [WORK, answer(503, b"upstream connect error or disconnect/reset before headers")]
    )
    async with await create(
        deployment, connection_config=config_for(deployment, retry_policy=AT_ONCE)
    ) as sandbox:
        assert list(deployment.alive) == [sandbox.id]
        await sandbox.kill()


@pytest.mark.parametrize("status", [502, 504])
async def test_a_creation_of_unknown_outcome_is_told_by_the_class_that_programs_know(
    deployment: Deployment, status: int
) -> None:
    deployment.script(CREATE, [answer(status, BROKEN)])
    with pytest.raises(SandboxApiException, match="what it may have made is removed") as caught:
        await create(deployment)
    assert type(caught.value) is SandboxApiException
    assert (caught.value.status_code, caught.value.code) == (status, BROKEN["code"])
    assert isinstance(caught.value.__cause__, SandboxUnavailableException)
    await background_has_ended()


@pytest.mark.parametrize("policy", [RetryPolicy.disabled(), AT_ONCE], ids=["disabled", "retries"])
async def test_a_creation_gets_over_a_kept_alive_connection_that_is_dead(
    deployment: Deployment, policy: RetryPolicy
) -> None:
    deployment.script("GET /v1/sandboxes/*", [APP, RST_ON_NEXT])
    config = config_for(deployment, retry_policy=policy)
    async with await create(deployment, connection_config=config) as sandbox:
        await sandbox.get_info()
        async with await create(deployment, connection_config=config) as other:
            assert looks(deployment, CREATE) == 2
            await other.kill()
        await sandbox.kill()
    await background_has_ended()


async def test_on_retry_is_told_of_a_creation_that_is_repeated(deployment: Deployment) -> None:
    events = list[RetryEvent]()

    def note(event: RetryEvent) -> None:
        events.append(event)
        raise ValueError("this is logged and ignored")

    deployment.script(CREATE, [RST], [answer(503, BROKEN, x_request_id="r1", retry_after="0")])
    policy = dataclasses.replace(AT_ONCE, on_retry=note)
    config = config_for(deployment, retry_policy=policy)
    async with await create(deployment, connection_config=config) as sandbox:
        seen = [(event.attempt, event.method, event.cause, event.status_code) for event in events]
        assert seen == [
            (2, "POST", RetryCause.OPAQUE_TRANSPORT, None),
            (3, "POST", RetryCause.STATUS_503, 503),
        ]
        assert {event.url for event in events} == {f"http://{deployment.address}/v1/sandboxes"}
        assert events[1].request_id == "r1"
        await sandbox.kill()
    await background_has_ended()


async def test_a_server_that_refuses_is_asked_again_for_as_long_as_the_call_may_take(
    deployment: Deployment,
) -> None:
    refusal = answer(503, BROKEN, retry_after="0")
    deployment.script(CREATE, *([[refusal]] * 6))
    config = config_for(deployment, retry_policy=AT_ONCE)
    config.model_fields_set.discard("retry_policy")  # as if nobody had set it
    async with await create(deployment, connection_config=config) as sandbox:
        assert looks(deployment, CREATE) == 7
        await sandbox.kill()


async def test_a_refusal_that_outlasts_the_creation_is_raised(deployment: Deployment) -> None:
    deployment.always(CREATE, [answer(503, BROKEN, retry_after="30")])
    config = config_for(deployment, retry_policy=RetryPolicy())
    with pytest.raises(SandboxUnavailableException) as caught:
        await create(deployment, connection_config=config, create_timeout=2)
    assert caught.value.retry_after == timedelta(seconds=30)
    assert deployment.lines() == [CREATE]


async def test_address_that_is_not_published_yet_is_asked_for_again(deployment: Deployment) -> None:
    deployment.script(LOOKUP, *([[answer(404, NOT_PUBLISHED)]] * 5))
    async with await create(deployment) as sandbox:
        assert looks(deployment, "/endpoints/44772") == 6
        await sandbox.kill()


async def test_address_that_is_never_published_ends_with_the_budget(deployment: Deployment) -> None:
    deployment.always(LOOKUP, [answer(404, NOT_PUBLISHED)])
    with pytest.raises(SandboxReadyTimeoutException, match="no address yet") as caught:
        await create(deployment, ready_timeout=0.3)
    assert isinstance(caught.value.__cause__, SandboxNotFoundException)
    assert not deployment.alive


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
async def test_other_failures_of_the_lookup_are_final(deployment: Deployment, status: int) -> None:
    deployment.always(LOOKUP, [answer(status, BROKEN)])
    with pytest.raises(SandboxApiException, match="SOME::CODE") as caught:
        await create(deployment)
    assert caught.value.status_code == status
    assert looks(deployment, "/endpoints/44772") == 1
    assert not deployment.alive


async def test_health_is_looked_at_densely_and_not_through_the_retry_layer(deployment: Deployment) -> None:
    deployment.script(PING, *([[answer(503, BROKEN)]] * 4), [RST], [b"nonsense", FIN])
    config = config_for(deployment, retry_policy=AT_ONCE)
    start = monotonic()
    async with await create(
        deployment, connection_config=config, health_check_polling_interval=0.05
    ) as sandbox:
        assert looks(deployment, "/ping") == 7
        assert monotonic() - start < SOON
        await sandbox.kill()


@pytest.mark.parametrize("status", [401, 403])
async def test_closed_door_ends_the_wait_at_once(deployment: Deployment, status: int) -> None:
    deployment.always(PING, [answer(status, BROKEN)])
    with pytest.raises(SandboxApiException) as caught:
        await create(deployment)
    assert caught.value.status_code == status
    assert looks(deployment, "/ping") == 1
    assert not deployment.alive


async def test_sandbox_that_never_gets_ready_is_removed_and_the_first_failure_told(
    deployment: Deployment,
) -> None:
    deployment.always(PING, [answer(503, BROKEN)])
    deployment.script(PING, [answer(502, {"code": "FIRST", "message": "the first"})])
    with pytest.raises(SandboxReadyTimeoutException, match="the first") as caught:
        await create(deployment, ready_timeout=1, health_check_polling_interval=0.05)
    assert isinstance(caught.value.__cause__, SandboxUnavailableException)
    assert caught.value.__cause__.code == "FIRST"
    assert looks(deployment, "/ping") >= 5
    assert not deployment.alive


@pytest.mark.parametrize("route", [LOOKUP, PING])
@pytest.mark.parametrize(
    "slow", [[HOLD], [Drip(b"HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", every=0.05)]]
)
async def test_wait_ends_with_its_budget_also_when_the_server_is_silent(
    deployment: Deployment, route: str, slow: Script
) -> None:
    deployment.always(route, slow)
    start = monotonic()
    with pytest.raises(SandboxReadyTimeoutException, match="give it more time"):
        await create(deployment, ready_timeout=0.4)
    assert monotonic() - start < SOON
    assert not deployment.alive


async def test_probe_that_hangs_does_not_use_up_the_budget(deployment: Deployment) -> None:
    deployment.script(PING, [HOLD])
    async with await create(deployment, ready_timeout=2) as sandbox:
        assert looks(deployment, "/ping") == 2
        await sandbox.kill()


@pytest.mark.parametrize("trouble", [[answer(503, BROKEN)], [RST], [WORK, RST]])
async def test_removal_that_fails_once_is_repeated_and_does_not_hide_the_failure(
    deployment: Deployment, trouble: Script
) -> None:
    deployment.always(PING, [answer(401, BROKEN)])
    deployment.script(DELETE, trouble)
    with pytest.raises(SandboxUnauthenticatedException, match="SOME::CODE"):
        await create(deployment, connection_config=config_for(deployment, retry_policy=AT_ONCE))
    assert not deployment.alive


async def test_removal_that_keeps_failing_does_not_hide_the_failure(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    deployment.always(PING, [answer(401, BROKEN)])
    deployment.always(DELETE, [answer(500, BROKEN)])
    with pytest.raises(SandboxUnauthenticatedException):
        await create(deployment)
    assert "lives until its time runs out" in caplog.text
    deployment.alive.clear()
