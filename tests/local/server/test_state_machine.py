"""What each operation answers in each state of a sandbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.local.server.client import REQUEST, Api, until

NOT_RUNNING = "DOCKER::SANDBOX_NOT_RUNNING"
NOT_PAUSED = "DOCKER::SANDBOX_NOT_PAUSED"
BAD_SOURCE = "SNAPSHOT::INVALID_SOURCE_STATE"
MISSING = "DOCKER::SANDBOX_NOT_FOUND"

Answer = tuple[int, str | None]


def in_an_hour() -> dict[str, str]:
    return {"expiresAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}


OPERATIONS: dict[str, Callable[[httpx.Client, str], httpx.Response]] = {
    "read": lambda client, path: client.get(path),
    "endpoint": lambda client, path: client.get(f"{path}/endpoints/8000"),
    "metadata": lambda client, path: client.patch(f"{path}/metadata", json={"a": "b"}),
    "renew": lambda client, path: client.post(f"{path}/renew-expiration", json=in_an_hour()),
    "logs": lambda client, path: client.get(f"{path}/diagnostics/logs?scope=container"),
    "events": lambda client, path: client.get(f"{path}/diagnostics/events?scope=runtime"),
    "snapshot": lambda client, path: client.post(f"{path}/snapshots"),
    "pause": lambda client, path: client.post(f"{path}/pause"),
    "resume": lambda client, path: client.post(f"{path}/resume"),
    "delete": lambda client, path: client.delete(path),
}
ALWAYS: dict[str, Answer] = {
    **dict.fromkeys(("read", "endpoint", "metadata", "renew", "logs", "events"), (200, None)),
    "snapshot": (409, BAD_SOURCE),
    "pause": (409, NOT_RUNNING),
    "resume": (409, NOT_PAUSED),
    "delete": (204, None),
}
STATES: dict[str, dict[str, Answer]] = {
    "Pending": ALWAYS,
    "Running": ALWAYS | {"snapshot": (202, None), "pause": (202, None)},
    "Paused": ALWAYS | {"resume": (202, None)},
    "Terminated": ALWAYS,
    "Failed": ALWAYS,
    "gone": dict.fromkeys(OPERATIONS, (404, MISSING)),
}


def reach(api: Api, state: str) -> str:
    """Make a sandbox, bring it into a state, and return its path."""
    if state in ("Terminated", "Failed"):
        status = 0 if state == "Terminated" else 3
        sandbox = api.create(entrypoint=["sh", "-c", f"exit {status}"])
    else:
        sandbox = api.create()
    path = f"/sandboxes/{sandbox['id']}"
    if state == "Paused":
        assert api.client.post(f"{path}/pause").status_code == 202
    if state == "gone":
        assert api.client.delete(path).status_code == 204
        return path
    until(lambda: api.client.get(path).json()["status"]["state"] == state, f"the state is {state}")
    return path


@pytest.fixture
def pending(api: Api) -> Iterator[str]:
    """The path of a sandbox that stays Pending: its first hook does not come to an end."""
    label = "pending-" + str(datetime.now(UTC).timestamp())
    request = REQUEST | {
        "lifecycle": {"preStart": {"command": ["sleep", "600"], "timeoutSeconds": 600}},
        "metadata": {"case": label},
    }
    answers: list[httpx.Response] = []
    creation = threading.Thread(
        target=lambda: answers.append(api.client.post("/sandboxes", json=request, timeout=60))
    )
    creation.start()

    def found() -> list[Any]:
        items: list[Any] = api.client.get("/sandboxes", params={"metadata": f"case={label}"}).json()["items"]
        return items

    (record,) = until(found, "the sandbox is listed")
    assert record["status"]["state"] == "Pending"
    path = f"/sandboxes/{record['id']}"
    yield path
    assert api.client.delete(path).status_code in (204, 404)
    creation.join(20)
    # Whoever waits for a sandbox that was deleted meanwhile is told so, and does not wait for the hook.
    assert [answer.status_code for answer in answers] == [409]
    assert answers[0].json()["code"] == "DOCKER::SANDBOX_START_FAILED"


def check(api: Api, path: str, operation: str, expected: Answer) -> None:
    response = OPERATIONS[operation](api.client, path)
    code = response.json()["code"] if response.status_code >= 400 else None
    assert (response.status_code, code) == expected, response.text


@pytest.mark.parametrize(
    ("state", "operation"),
    [(state, operation) for state in STATES if state != "Pending" for operation in OPERATIONS],
)
def test_an_operation_answers_what_the_state_allows(api: Api, state: str, operation: str) -> None:
    check(api, reach(api, state), operation, STATES[state][operation])


def test_a_sandbox_that_is_not_ready_yet_allows_little(api: Api, pending: str) -> None:
    for operation, expected in STATES["Pending"].items():  # "delete" is the last
        check(api, pending, operation, expected)


def test_the_states_follow_each_other_as_the_events_tell(api: Api) -> None:
    path = reach(api, "Paused")
    api.client.post(f"{path}/resume")
    text = api.client.get(f"{path}/diagnostics/events?scope=runtime").json()["content"]
    words = [line.split(" ", 1)[1].partition(":")[0] for line in text.splitlines()]
    states = [word for word in words if word in {"Pending", "Running", "Pausing", "Paused", "Resuming"}]
    assert states == ["Running", "Pausing", "Paused", "Resuming", "Running"]
