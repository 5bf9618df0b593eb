"""Lifecycle hooks: before the main program, and periodically."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from opensandbox.local.hooks import instants
from tests.local.server.client import REQUEST, assert_error, until

if TYPE_CHECKING:
    from tests.local.server.client import Api

MONDAY = datetime(2026, 11, 23, 10, 20, 30, tzinfo=UTC)


def shell(text: str, **members: Any) -> dict[str, Any]:
    return {"command": ["sh", "-c", text], **members}


def tick(text: str, schedule: str = "@every 1s", **members: Any) -> dict[str, Any]:
    return {"lifecycle": {"periodic": [{"name": "tick", "schedule": schedule, **shell(text, **members)}]}}


def events(api: Api, sandbox_id: str) -> str:
    answer = api.client.get(f"/sandboxes/{sandbox_id}/diagnostics/events", params={"scope": "runtime"})
    return str(answer.json()["content"])


def lines(api: Api, sandbox_id: str, path: str) -> list[str]:
    return api.run(sandbox_id, f"cat {path} 2>/dev/null || true").split()


def test_the_hook_runs_before_the_main_program_with_its_variables(api: Api) -> None:
    sandbox = api.create(
        lifecycle={"preStart": shell("echo prepared $WHO > /tmp/order; echo said by the hook")},
        entrypoint=["sh", "-c", "echo main >> /tmp/order; exec sleep 600"],
        env={"WHO": "me"},
    )
    until(lambda: lines(api, sandbox["id"], "/tmp/order") == ["prepared", "me", "main"], "both have run")
    answer = api.client.get(
        f"/sandboxes/{sandbox['id']}/diagnostics/logs", params={"scope": "container"}
    ).json()
    assert "said by the hook" in answer["content"]


@pytest.mark.parametrize(
    ("hook", "reason"),
    [
        (shell("exit 3"), "exit status 3"),
        (shell("kill -9 $$"), "signal 9"),
        (shell("sleep 600", timeoutSeconds=1), "killed after 1 s"),
        ({"command": ["/no/such/program"]}, "cannot be started"),
    ],
)
def test_a_failing_hook_fails_the_creation_and_leaves_nothing(
    api: Api, hook: dict[str, Any], reason: str
) -> None:
    request = REQUEST | {"lifecycle": {"preStart": hook}, "metadata": {"suite": "hooks"}}
    assert_error(
        api.client.post("/sandboxes", json=request), 500, "DOCKER::SANDBOX_START_FAILED", "preStart", reason
    )
    assert api.client.get("/sandboxes?metadata=suite%3Dhooks").json()["items"] == []


def test_a_periodic_hook_runs_again_and_again(api: Api) -> None:
    sandbox = api.create(**tick("echo x >> /tmp/ticks"))
    until(lambda: len(lines(api, sandbox["id"], "/tmp/ticks")) >= 3, "three runs")
    assert "Hook: tick: done" in events(api, sandbox["id"])


def test_runs_of_one_hook_do_not_overlap(api: Api) -> None:
    # Each run lasts for longer than the interval; two at once would find each other's directory.
    sandbox = api.create(
        **tick(
            "mkdir /tmp/lock || echo overlap >> /tmp/ticks; sleep 1.5; rmdir /tmp/lock; echo x >> /tmp/ticks"
        )
    )
    until(lambda: len(lines(api, sandbox["id"], "/tmp/ticks")) >= 3, "three runs")
    assert set(lines(api, sandbox["id"], "/tmp/ticks")) == {"x"}


def test_a_run_that_takes_too_long_or_fails_is_recorded_and_the_next_one_comes(api: Api) -> None:
    sandbox = api.create(
        **tick(
            "echo x >> /tmp/ticks; [ -e /tmp/second ] && exit 7; touch /tmp/second; sleep 600",
            timeoutSeconds=1,
        )
    )
    until(lambda: len(lines(api, sandbox["id"], "/tmp/ticks")) >= 2, "two runs")
    until(lambda: "Hook: tick: exit status 7" in events(api, sandbox["id"]), "the second is recorded")
    assert "Hook: tick: it was killed after 1 s" in events(api, sandbox["id"])


def test_a_paused_sandbox_runs_no_hooks_and_goes_on_with_them(api: Api) -> None:
    sandbox = api.create(**tick("echo x >> /tmp/ticks"))
    until(lambda: lines(api, sandbox["id"], "/tmp/ticks"), "it has begun")
    assert api.client.post(f"/sandboxes/{sandbox['id']}/pause").status_code == 202
    before = events(api, sandbox["id"]).count("Hook:")
    other = api.create(**tick("echo x >> /tmp/ticks"))
    until(lambda: len(lines(api, other["id"], "/tmp/ticks")) >= 3, "the clock of another one goes on")
    # A run that was under way when the pause came may still be recorded.
    assert events(api, sandbox["id"]).count("Hook:") <= before + 1
    assert api.client.post(f"/sandboxes/{sandbox['id']}/resume").status_code == 202
    count = len(lines(api, sandbox["id"], "/tmp/ticks"))
    until(lambda: len(lines(api, sandbox["id"], "/tmp/ticks")) > count, "it goes on")


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("@every 45s", ["10:21:15", "10:22:00"]),
        ("@hourly", ["11:00:00", "12:00:00"]),
        ("*/15 * * * *", ["10:30:00", "10:45:00"]),
        ("  5 11 * * MON-FRI ", ["11:05:00", "11:05:00"]),
    ],
)
def test_schedules_are_read(schedule: str, due: list[str]) -> None:
    found = itertools.islice(instants(schedule, MONDAY), len(due))
    assert [moment.strftime("%H:%M:%S") for moment in found] == due


@pytest.mark.parametrize(
    "schedule", ["", "@every 0s", "@every 1m", "@often", "* * * *", "* * * * * *", "99 * * * *"]
)
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|fields"):
        instants(schedule, MONDAY)
