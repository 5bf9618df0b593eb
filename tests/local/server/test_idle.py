"""Sandboxes that are paused when nobody uses them, and woken, kept awake, or kept alive by access."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from opensandbox.local import LocalServer
from tests.local.server.client import Api, until

IDLE = {"idleTimeoutSeconds": 30, "onIdle": "pause"}
# Answers on port 8000: whether it is busy, by what a file says, and a header that only the server may send.
PROGRAM = """
import http.server, pathlib, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        while self.path == "/slow" and not pathlib.Path("/tmp/go").exists():
            time.sleep(0.01)
        body = pathlib.Path("/tmp/busy").read_bytes()
        self.send_response(200)
        self.send_header("OpenSandbox-Wake", "expired")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def hasty() -> Iterator[LocalServer]:
    """A server that finds a sandbox idle after a moment."""
    with LocalServer(spares=1, pause_after=0.3) as server:
        yield server


@pytest.fixture
def api(hasty: LocalServer) -> Iterator[Api]:
    headers = {"OPEN-SANDBOX-API-KEY": hasty.api_key}
    with httpx.Client(base_url=f"{hasty.url}/v1", headers=headers, timeout=30) as client:
        api = Api(client)
        yield api
        api.delete_created()


def state_of(api: Api, sandbox_id: str) -> str:
    state: str = api.client.get(f"/sandboxes/{sandbox_id}").json()["status"]["state"]
    return state


def idle_sandbox(api: Api, **policy: Any) -> str:
    made: str = api.create(lifecycle={"idlePolicy": {**IDLE, **policy}})["id"]
    return made


def paused(api: Api, sandbox_id: str) -> None:
    until(lambda: state_of(api, sandbox_id) == "Paused", "it is paused")


def events_of(api: Api, sandbox_id: str) -> str:
    return str(api.client.get(f"/sandboxes/{sandbox_id}/diagnostics/events?scope=runtime").json()["content"])


@pytest.mark.parametrize("query", [{}, {"use_server_proxy": True}])
def test_a_sandbox_that_nobody_uses_is_paused_and_woken_by_a_request(api: Api, query: dict[str, Any]) -> None:
    sandbox = idle_sandbox(api)
    with api.endpoint(sandbox, **query) as execd:
        if query:
            execd.headers["OPEN-SANDBOX-API-KEY"] = api.client.headers["OPEN-SANDBOX-API-KEY"]
        for _ in range(2):
            paused(api, sandbox)
            assert execd.get("/ping").status_code == 200
    assert "Idle: not used for 0.3 s" in events_of(api, sandbox)


def test_every_port_wakes_it(api: Api) -> None:
    sandbox = idle_sandbox(api)
    paused(api, sandbox)
    # Nothing listens there, which only a sandbox that is awake can say.
    with api.endpoint(sandbox, 8000) as port:
        assert port.get("/").status_code == 502
    paused(api, sandbox)
    with api.endpoint(sandbox, 18080) as egress:
        assert egress.get("/policy").status_code == 200
    assert state_of(api, sandbox) in ("Running", "Pausing", "Paused")


def test_a_terminal_wakes_it(api: Api) -> None:
    sandbox = idle_sandbox(api)
    with api.endpoint(sandbox) as execd:
        session = execd.post("/pty", json={}).json()["session_id"]
        paused(api, sandbox)
        url = str(execd.base_url).rstrip("/").replace("http", "ws", 1) + f"/pty/{session}/ws"
        token = {"X-EXECD-ACCESS-TOKEN": execd.headers["X-EXECD-ACCESS-TOKEN"]}
        with connect(url, additional_headers=token, proxy=None) as terminal:
            assert "connected" in str(terminal.recv())


def test_questions_to_the_server_wake_nothing(api: Api) -> None:
    sandbox = idle_sandbox(api)
    paused(api, sandbox)
    api.client.get(f"/sandboxes/{sandbox}/endpoints/44772")
    api.client.get(f"/sandboxes/{sandbox}/diagnostics/context")
    assert state_of(api, sandbox) == "Paused"


def test_a_request_that_waits_for_its_answer_keeps_it_awake(api: Api) -> None:
    entrypoint = ["sh", "-c", 'echo hello > /tmp/busy; exec python3 -c "$0"', PROGRAM]
    sandbox = api.create(entrypoint=entrypoint, lifecycle={"idlePolicy": IDLE})["id"]
    other = idle_sandbox(api)
    with api.endpoint(sandbox, 8000) as port, ThreadPoolExecutor() as pool:
        until(lambda: port.get("/").is_success, "the program listens")
        waiting = pool.submit(port.get, "/slow")
        for _ in range(2):
            paused(api, other)
            assert api.client.post(f"/sandboxes/{other}/resume").status_code == 202
        assert state_of(api, sandbox) == "Running"
        api.run(sandbox, "touch /tmp/go")
        assert waiting.result().text == "hello\n"
    paused(api, sandbox)


def test_a_policy_may_say_that_access_wakes_nothing(api: Api) -> None:
    sandbox = idle_sandbox(api, wakeOnAccess=False)
    paused(api, sandbox)
    with api.endpoint(sandbox) as execd:
        refused = execd.get("/ping")
        assert refused.status_code == 503
        assert "opensandbox-wake" not in refused.headers
        assert refused.json()["code"] == "SANDBOX::PAUSED"
        assert api.client.post(f"/sandboxes/{sandbox}/resume").status_code == 202
        assert execd.get("/ping").status_code == 200


def test_without_an_idle_time_only_what_was_paused_by_hand_is_woken(api: Api) -> None:
    sandbox = api.create(lifecycle={"idlePolicy": {}})["id"]
    other = idle_sandbox(api)
    paused(api, other)
    assert state_of(api, sandbox) == "Running"
    assert api.client.post(f"/sandboxes/{sandbox}/pause").status_code == 202
    with api.endpoint(sandbox) as execd:
        assert execd.get("/ping").status_code == 200
    assert state_of(api, sandbox) == "Running"


def test_a_busy_program_is_left_running(api: Api) -> None:
    probe = {"port": 8000, "path": "/busy?deep=1"}
    entrypoint = ["sh", "-c", 'echo \'{"active": true}\' > /tmp/busy; exec python3 -c "$0"', PROGRAM]
    made = api.create(entrypoint=entrypoint, lifecycle={"idlePolicy": {**IDLE, "activeProbe": probe}})
    sandbox, other = made["id"], idle_sandbox(api)
    paused(api, other)
    api.client.post(f"/sandboxes/{other}/resume")
    paused(api, other)
    assert "Idle" not in events_of(api, sandbox)
    api.run(sandbox, """echo '{"active": false, "message": "all done"}' > /tmp/busy""")
    paused(api, sandbox)
    assert "Probe: all done" in events_of(api, sandbox)


@pytest.mark.parametrize("answer", ["not json", '{"active": "yes"}', "[true]"])
def test_a_program_that_does_not_say_is_left_running(api: Api, answer: str) -> None:
    entrypoint = ["sh", "-c", f"echo '{answer}' > /tmp/busy; exec python3 -c \"$0\"", PROGRAM]
    policy = {**IDLE, "activeProbe": {"port": 8000, "path": "/"}}
    sandbox = api.create(entrypoint=entrypoint, lifecycle={"idlePolicy": policy})["id"]
    until(lambda: events_of(api, sandbox).count("Probe: no answer") > 1, "it was asked twice")
    assert state_of(api, sandbox) == "Running"


def test_only_the_server_says_that_a_request_never_arrived(api: Api) -> None:
    entrypoint = ["sh", "-c", 'echo hello > /tmp/busy; exec python3 -c "$0"', PROGRAM]
    sandbox = api.create(entrypoint=entrypoint)["id"]
    with api.endpoint(sandbox, 8000) as port:
        answer = until(lambda: (got := port.get("/")).is_success and got, "the program listens")
    assert answer.text == "hello\n"
    assert "opensandbox-wake" not in answer.headers


def test_each_access_renews_by_policy(api: Api) -> None:
    sandbox = api.create(timeout=60, lifecycle={"renewalPolicy": {"extendSeconds": 600}})
    before = datetime.fromisoformat(sandbox["expiresAt"])
    with api.endpoint(sandbox["id"]) as execd:
        skipped = execd.get("/ping", headers={"OpenSandbox-Access-Renew": "skip"})
        assert skipped.is_success
        info = api.client.get(f"/sandboxes/{sandbox['id']}").json()
        assert datetime.fromisoformat(info["expiresAt"]) == before
        execd.get("/ping")
    info = api.client.get(f"/sandboxes/{sandbox['id']}").json()
    assert (datetime.fromisoformat(info["expiresAt"]) - before).total_seconds() > 500


def processor_time(pid: int) -> int:
    """Add up the clock ticks of a process and of everything below it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(fields[11]) + int(fields[12]) + sum(processor_time(int(child)) for child in children)


def test_a_paused_sandbox_takes_no_processor_time(api: Api) -> None:
    spinning = api.create(entrypoint=["sh", "-c", "while :; do :; done"], lifecycle={"idlePolicy": IDLE})[
        "id"
    ]
    context = api.client.get(f"/sandboxes/{spinning}/diagnostics/context").json()
    pid = int(context["backendIdentifiers"]["pid"])
    assert context["backendType"] == "bubblewrap"
    paused(api, spinning)
    at_first = processor_time(pid)
    assert at_first > 0
    # Another sandbox works for a while meanwhile.
    other = api.create()["id"]
    api.run(other, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
    assert processor_time(pid) == at_first


def test_a_sandbox_from_a_template_has_the_policy_of_its_creation(api: Api) -> None:
    template = api.client.post(
        "/templates", json={"image": "ubuntu", "publish": "s3://a/b", "readiness": {"warmupSeconds": 0}}
    ).json()["templateId"]
    until(
        lambda: api.client.get(f"/templates/{template}").json()["status"]["phase"] == "Succeeded",
        "it is built",
    )
    sandbox = api.create(
        templateId=template,
        lifecycle={"idlePolicy": IDLE},
        **dict.fromkeys(("image", "entrypoint", "resourceLimits")),
    )["id"]
    paused(api, sandbox)
    with api.endpoint(sandbox) as execd:
        assert execd.get("/ping").status_code == 200
