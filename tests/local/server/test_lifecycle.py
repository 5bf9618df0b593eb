"""Creation, reading, state changes and the end of sandboxes, over HTTP."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.local.server.client import REQUEST, assert_error, until

if TYPE_CHECKING:
    from opensandbox.local import LocalServer
    from tests.local.server.client import Api

# A sandbox with a volume is never a spare, so its creation takes long enough to be seen.
COLD = [{"name": "data", "mountPath": "/data", "pvc": {"claimName": "cold"}}]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_create_answers_a_running_sandbox_without_its_source(api: Api) -> None:
    sandbox = api.create(
        metadata={"project": "demo"}, extensions={"opensandbox.extensions.a": "1", "other": "2"}
    )
    assert UUID.fullmatch(sandbox["id"])
    assert sandbox["status"]["state"] == "Running"
    assert sandbox["metadata"] == {"project": "demo"}
    assert sandbox["entrypoint"] == ["tail", "-f", "/dev/null"]
    assert sandbox["extensions"] == {"opensandbox.extensions.a": "1"}
    assert not {"image", "snapshotId", "allocation"} & set(sandbox)
    assert None not in sandbox.values()


def test_read_shows_the_source_and_that_the_image_is_not_real(api: Api, sandbox: dict[str, Any]) -> None:
    record = api.client.get(f"/sandboxes/{sandbox['id']}").json()
    assert record["image"] == {"uri": "ubuntu"}
    assert "programs of this machine" in record["status"]["message"]
    assert record["createdAt"].endswith("Z")


def test_lifetime_counts_from_creation(api: Api) -> None:
    sandbox = api.create(timeout=1800)
    created, expires = (datetime.fromisoformat(sandbox[name]) for name in ("createdAt", "expiresAt"))
    assert expires - created == timedelta(seconds=1800)
    assert "expiresAt" not in api.create(timeout=None)


def test_environment_and_entrypoint_reach_the_main_process(api: Api) -> None:
    sandbox = api.create(
        entrypoint=["sh", "-c", "echo $GREETING > /tmp/greeting; exec sleep 600"], env={"GREETING": "hi"}
    )
    until(lambda: api.run(sandbox["id"], "cat /tmp/greeting") == "hi", "the main process wrote its file")
    assert api.run(sandbox["id"], "echo $GREETING") == "hi"


def test_deleted_sandbox_is_gone_at_once(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}"
    answer = api.client.delete(path)
    assert answer.status_code == 204
    assert answer.content == b""
    assert_error(api.client.get(path), 404, "DOCKER::SANDBOX_NOT_FOUND", sandbox["id"])
    assert_error(api.client.delete(path), 404, "DOCKER::SANDBOX_NOT_FOUND")


def test_pause_stops_processes_and_resume_lets_them_go_on(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}"
    api.run(sandbox["id"], "while :; do date +%s%N > /tmp/clock; sleep 0.01; done", background=True)
    until(lambda: api.run(sandbox["id"], "cat /tmp/clock"), "the clock ticks")
    assert api.client.post(f"{path}/pause").status_code == 202
    paused_at = time.time_ns()
    assert api.client.get(path).json()["status"]["state"] == "Paused"
    with api.endpoint(sandbox["id"]) as execd:
        assert_error(execd.get("/ping"), 409, "DOCKER::SANDBOX_NOT_RUNNING", "resume")
    time.sleep(0.3)  # not a wait for something: the span in which nothing may happen
    resumed_at = time.time_ns()
    assert api.client.post(f"{path}/resume").status_code == 202
    assert api.client.get(path).json()["status"]["state"] == "Running"
    later = until(
        lambda: (tick := int(api.run(sandbox["id"], "cat /tmp/clock") or 0)) > paused_at and tick,
        "the clock goes on",
    )
    assert later >= resumed_at


def test_state_changes_out_of_turn_are_conflicts(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}"
    assert_error(api.client.post(f"{path}/resume"), 409, "DOCKER::SANDBOX_NOT_PAUSED")
    api.client.post(f"{path}/pause")
    assert_error(api.client.post(f"{path}/pause"), 409, "DOCKER::SANDBOX_NOT_RUNNING")


def test_paused_sandbox_can_be_deleted(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}"
    api.client.post(f"{path}/pause")
    assert api.client.delete(path).status_code == 204
    assert api.client.get(path).status_code == 404


def test_renewal_may_shorten_and_the_sandbox_then_ends_in_time(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}"
    moment = datetime.now(UTC) + timedelta(seconds=5)
    answer = api.client.post(f"{path}/renew-expiration", json={"expiresAt": moment.isoformat()})
    assert answer.status_code == 200
    assert datetime.fromisoformat(answer.json()["expiresAt"]) == moment
    assert api.client.get(path).json()["expiresAt"] == answer.json()["expiresAt"]
    until(lambda: api.client.get(path).status_code == 404, "the sandbox expired", seconds=30)
    assert datetime.now(UTC) >= moment


def test_renewal_extends_and_reads_any_offset(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}/renew-expiration"
    for text in ("2031-01-02T03:04:05+02:00", "2031-01-02T01:04:05Z", "2031-01-02T01:04:05"):
        answer = api.client.post(path, json={"expiresAt": text})
        assert answer.json() == {"expiresAt": "2031-01-02T01:04:05Z"}, text


def test_renewal_errors(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}/renew-expiration"
    past = {"expiresAt": "2020-01-01T00:00:00Z"}
    assert_error(api.client.post(path, json=past), 400, "DOCKER::INVALID_EXPIRATION", "not in the future")
    assert_error(api.client.post(path, json={}), 400, "SANDBOX::INVALID_PARAMETER", "expiresAt")
    assert_error(
        api.client.post(path, json={"expiresAt": "soon"}), 400, "SANDBOX::INVALID_PARAMETER", "expiresAt"
    )
    more = {"expiresAt": "2031-01-01T00:00:00Z", "more": 1}
    assert_error(api.client.post(path, json=more), 400, "SANDBOX::INVALID_PARAMETER", "more")
    manual = api.create(timeout=None)
    future = {"expiresAt": "2031-01-01T00:00:00Z"}
    answer = api.client.post(f"/sandboxes/{manual['id']}/renew-expiration", json=future)
    assert_error(answer, 409, "DOCKER::INVALID_EXPIRATION", "never expires")


def test_access_extends_the_expiry_where_asked_for(api: Api) -> None:
    sandbox = api.create(timeout=60, extensions={"access.renew.extend.seconds": "600"})
    path = f"/sandboxes/{sandbox['id']}"
    with api.endpoint(sandbox["id"]) as execd:
        execd.get("/ping", headers={"OpenSandbox-Access-Renew": "skip"})
        assert api.client.get(path).json()["expiresAt"] == sandbox["expiresAt"]
        execd.get("/ping")
    left = datetime.fromisoformat(api.client.get(path).json()["expiresAt"]) - datetime.now(UTC)
    assert timedelta(seconds=590) < left <= timedelta(seconds=600)


def test_metadata_merge_patch(api: Api) -> None:
    path = f"/sandboxes/{api.create(metadata={'a': '1', 'b': '2'})['id']}/metadata"
    answer = api.client.patch(path, json={"b": None, "c": "3", "absent": None})
    assert answer.status_code == 200
    assert answer.json()["metadata"] == {"a": "1", "c": "3"}
    assert api.client.patch(path, json={}).json()["metadata"] == {"a": "1", "c": "3"}
    for patch, code in (
        ({"opensandbox.io/x": "1"}, "INVALID_METADATA_LABEL"),
        ({"opensandbox.io/x": None}, "INVALID_METADATA_LABEL"),
        ({"bad key": "1"}, "SANDBOX::INVALID_METADATA_LABEL"),
        ({"a": "-"}, "SANDBOX::INVALID_METADATA_LABEL"),
        ({"a": 1}, "SANDBOX::INVALID_PARAMETER"),
        ([1], "SANDBOX::INVALID_PARAMETER"),
    ):
        assert_error(api.client.patch(path, json=patch), 400, code)
    assert api.client.patch(path, json={}).json()["metadata"] == {"a": "1", "c": "3"}


def first_process_with(mark: str) -> int:
    """Return the process of this machine that is the first of the sandbox with this file in /tmp."""
    for comm in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if comm.read_text() == "sandbox-init\n" and (comm.parent / "root" / "tmp" / mark).exists():
                return int(comm.parent.name)
    raise AssertionError(f"no sandbox has /tmp/{mark}")


def test_sandbox_that_dies_by_itself_is_shown_as_failed(api: Api, sandbox: dict[str, Any]) -> None:
    path = f"/sandboxes/{sandbox['id']}"
    with api.endpoint(sandbox["id"]) as execd:
        execd.post("/command", json={"command": f"touch /tmp/{sandbox['id']}"})
    os.kill(first_process_with(sandbox["id"]), signal.SIGKILL)
    until(lambda: api.client.get(path).json()["status"]["state"] == "Failed", "the loss was noticed")
    with api.endpoint(sandbox["id"]) as execd:
        assert_error(execd.get("/ping"), 502, "BACKEND_CONNECTION_FAILED", "Failed", "ended by itself")
    assert api.client.delete(path).status_code == 204


def test_sandbox_whose_creator_left_is_not_kept(api: Api, server: LocalServer) -> None:
    request = httpx.Request(
        "POST",
        f"{server.url}/v1/sandboxes",
        headers={"OPEN-SANDBOX-API-KEY": server.api_key},
        json=REQUEST | {"metadata": {"suite": "left"}, "snapshotId": None, "volumes": COLD},
    )
    lines = [
        f"{request.method} {request.url.path} HTTP/1.1",
        *(f"{k}: {v}" for k, v in request.headers.items()),
        "",
        "",
    ]
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall("\r\n".join(lines).encode() + request.read())
        listed = "/sandboxes?metadata=suite%3Dleft"
        until(lambda: api.client.get(listed).json()["items"], "the creation began")
    until(lambda: not api.client.get(listed).json()["items"], "the sandbox was deleted again")


@pytest.mark.parametrize(
    ("program", "state", "reason", "words"),
    [
        ("echo done", "Terminated", "CONTAINER_EXITED", "has ended"),
        (
            "echo bad thing; exit 3",
            "Failed",
            "CONTAINER_EXITED_ERROR",
            "exit status 3; it printed last: bad thing",
        ),
        ("kill -KILL $$", "Failed", "CONTAINER_EXITED_ERROR", "signal 9"),
    ],
)
def test_sandbox_lives_as_long_as_its_main_program(
    api: Api, program: str, state: str, reason: str, words: str
) -> None:
    sandbox = api.create(entrypoint=["sh", "-c", program])
    path = f"/sandboxes/{sandbox['id']}"
    until(lambda: api.client.get(path).json()["status"]["state"] == state, "the end was noticed")
    status = api.client.get(path).json()["status"]
    assert status["reason"] == reason
    assert words in status["message"]
    with api.endpoint(sandbox["id"]) as execd:
        assert_error(execd.get("/ping"), 502, "BACKEND_CONNECTION_FAILED", state, words)
    assert_error(api.client.post(f"{path}/pause"), 409, "DOCKER::SANDBOX_NOT_RUNNING", state)
    if "echo" in program:
        log = api.client.get(f"{path}/diagnostics/logs", params={"scope": "container"}).json()["content"]
        assert log in ("done\n", "bad thing\n")
    assert api.client.delete(path).status_code == 204


def test_a_main_program_that_does_not_exist_is_taken_and_then_failed(api: Api) -> None:
    path = f"/sandboxes/{api.create(entrypoint=['/no/such/program'])['id']}"
    until(lambda: api.client.get(path).json()["status"]["state"] == "Failed", "the end was noticed")
    status = api.client.get(path).json()["status"]
    assert status["reason"] == "CONTAINER_EXITED_ERROR"
    assert "exit status 127; it printed last: /no/such/program: No such file" in status["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/pause"),
        ("POST", "/resume"),
        ("POST", "/renew-expiration"),
        ("PATCH", "/metadata"),
        ("GET", "/endpoints/44772"),
        ("GET", "/networkpolicy"),
        ("POST", "/snapshots"),
        ("GET", "/diagnostics/logs?scope=container"),
        ("GET", "/diagnostics/events?scope=runtime"),
    ],
)
def test_unknown_sandbox_is_404_everywhere(api: Api, method: str, path: str) -> None:
    answer = api.client.request(method, "/sandboxes/00000000-0000-4000-8000-000000000000" + path)
    assert_error(answer, 404, "DOCKER::SANDBOX_NOT_FOUND", "00000000-0000-4000-8000-000000000000")
