"""Diagnostics, and the reports that clients send."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.local.server.client import Api, assert_error, until


def logs(api: Api, sandbox_id: str, **query: str) -> httpx.Response:
    return api.client.get(f"/sandboxes/{sandbox_id}/diagnostics/logs", params=query)


def test_logs_are_what_the_main_program_printed(api: Api) -> None:
    program = "seq 1 150; echo problem >&2; exec sleep 600"
    sandbox = api.create(entrypoint=["sh", "-c", program])["id"]
    until(lambda: "problem" in logs(api, sandbox, scope="container").json()["content"], "all is printed")
    answer = logs(api, sandbox, scope=" Container ").json()
    expected = "".join(f"{number}\n" for number in range(52, 151)) + "problem\n"
    assert answer == {
        "sandboxId": sandbox,
        "kind": "logs",
        "scope": "container",
        "delivery": "inline",
        "contentType": "text/plain; charset=utf-8",
        "content": expected,
        "contentLength": len(expected),
        "truncated": True,
    }


def test_events_are_what_happened(api: Api, sandbox: dict[str, Any]) -> None:
    api.client.post(f"/sandboxes/{sandbox['id']}/pause")
    path = f"/sandboxes/{sandbox['id']}/diagnostics/events"
    answer = api.client.get(path, params={"scope": "all"}).json()
    kinds = [line.split()[1] for line in answer["content"].splitlines()]
    assert [kind for kind in kinds if kind not in ("Limits:", "Users:")] == [
        "Created:",
        "Running:",
        "Pausing:",
        "Paused:",
    ]
    assert (answer["kind"], answer["scope"], answer["truncated"]) == ("events", "all", False)
    assert answer["warnings"]


@pytest.mark.parametrize(
    ("kind", "scope"), [("logs", "runtime"), ("events", "container"), ("logs", ""), ("logs", "x")]
)
def test_unknown_scopes_are_refused(api: Api, sandbox: dict[str, Any], kind: str, scope: str) -> None:
    answer = api.client.get(f"/sandboxes/{sandbox['id']}/diagnostics/{kind}", params={"scope": scope})
    assert_error(answer, 400, "DIAGNOSTICS_SCOPE_UNSUPPORTED", "all")


def test_legacy_text(api: Api) -> None:
    sandbox = api.create(entrypoint=["sh", "-c", "echo 1; echo 2; exec sleep 600"])["id"]
    until(lambda: logs(api, sandbox).text == "1\n2\n", "all is printed")
    answer = logs(api, sandbox, tail="1")
    assert (answer.text, answer.headers["Deprecation"]) == ("2\n", "true")
    assert_error(logs(api, sandbox, tail="0"), 400, "SANDBOX::INVALID_PARAMETER", "tail")
    summary = api.client.get(f"/sandboxes/{sandbox}/diagnostics/summary").text
    for part in (sandbox, "Running:", "--- log\n1\n2\n"):
        assert part in summary
    assert f"id: {sandbox}" in api.client.get(f"/sandboxes/{sandbox}/diagnostics/inspect").text


def test_metrics_event_is_checked(api: Api) -> None:
    event = {"eventType": "sandbox.create", "createDurationMs": 12, "success": True}
    assert api.client.post("/metrics/events", json=event).status_code == 204
    for wrong in ({"eventType": "other"}, {"createDurationMs": -1}, {"success": "yes"}):
        assert_error(
            api.client.post("/metrics/events", json=event | wrong), 400, "SANDBOX::INVALID_PARAMETER"
        )
