"""Real sandboxes, real programs: what they reach, what they do not, and what they never get to see."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.local.egress.conftest import ALLOW_EXAMPLE
from tests.local.egress.inside import ESCAPE, NODE
from tests.local.egress.upstreams import Internet
from tests.local.server.client import Api, assert_error, until

SECRET = "s3cret-t0ken-1234567"
OTHER_SECRET = "0ther-s3cret-7654321"
VAULT = {
    "credentials": [
        {"name": "token", "source": {"type": "inline", "value": SECRET}},
        {"name": "other", "source": {"type": "inline", "value": OTHER_SECRET}},
    ],
    "bindings": [
        {
            "name": "main",
            "match": {"hosts": ["api.example.com"]},
            "auth": {
                "type": "bearer",
                "credential": "token",
                "substitutions": [
                    {
                        "credential": "other",
                        "placeholder": "PLACEHOLDER",
                        "in": ["path", "query", "header", "body"],
                    }
                ],
            },
        }
    ],
}


@pytest.fixture
def guarded(api: Api) -> str:
    """A sandbox that may reach what lies below example.com."""
    return str(api.create(networkPolicy=ALLOW_EXAMPLE)["id"])


def put(api: Api, sandbox: str, path: str, text: str) -> None:
    with api.endpoint(sandbox) as execd:
        metadata = json.dumps({"path": path})
        files = [
            ("metadata", ("metadata", metadata, "application/json")),
            ("file", ("file", text.encode(), "application/octet-stream")),
        ]
        answer = execd.post("/files/upload", files=files)
        assert answer.status_code == 200, answer.text


PROGRAMS = {
    "curl, http": ("curl -sS http://plain.example.com/curl", "plain"),
    "curl, https": ("curl -sS https://web.example.com/curl", "web"),
    "curl, http in a tunnel": ("curl -sS --proxytunnel http://plain.example.com/tunnel", "plain"),
    "python": (
        "python3 -c \"import urllib.request as u; print(u.urlopen('https://web.example.com/python').read().decode())\"",
        "web",
    ),
    "node": ("node /workspace/client.js", "web"),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_reach_allowed_names(api: Api, guarded: str, net: Internet, program: str) -> None:
    command, upstream = PROGRAMS[program]
    put(api, guarded, "/workspace/client.js", NODE)
    assert api.run(guarded, f"{command} 2>&1") == "hello"
    assert len(getattr(net, upstream).seen) == 1


def test_no_way_leads_out_but_the_allowed_one(api: Api, guarded: str, net: Internet, server: Any) -> None:
    put(api, guarded, "/workspace/escape.py", ESCAPE)
    command = f"python3 /workspace/escape.py 127.0.0.1 {net.plain.port} {server.port} denied.example.org"
    outcome = json.loads(api.run(guarded, command, timeout=120_000))
    assert len(outcome) >= 24
    assert {name: result for name, result in outcome.items() if result == "out"} == {}
    # Connections to allowed names may be opened before a request in them is refused; requests never arrive.
    assert not net.requests
    assert api.run(guarded, "curl -sS http://plain.example.com/") == "hello", "the allowed way is still there"


def test_even_an_unrestricted_sandbox_reaches_neither_this_machine_nor_its_server(
    api: Api, net: Internet, server: Any
) -> None:
    sandbox = api.create()["id"]
    put(api, sandbox, "/workspace/escape.py", ESCAPE)
    command = f"python3 /workspace/escape.py 127.0.0.1 {net.plain.port} {server.port} no-such-name.invalid"
    outcome = json.loads(api.run(sandbox, command, timeout=120_000))
    assert {name: result for name, result in outcome.items() if result == "out"} == {}
    assert not net.requests
    assert api.run(sandbox, "curl -sS http://denied.example.org/") == "hello", (
        "what is named is not restricted"
    )


def test_every_kind_of_process_finds_the_proxy(api: Api, net: Internet) -> None:
    fetch = "curl -sS http://plain.example.com/{}"
    made = api.create(
        networkPolicy=ALLOW_EXAMPLE,
        entrypoint=["sh", "-c", fetch.format("main") + "; exec sleep 600"],
        lifecycle={"preStart": {"command": ["sh", "-c", fetch.format("hook")]}},
    )
    assert api.run(made["id"], fetch.format("command")) == "hello"
    with api.endpoint(made["id"]) as execd:
        session = execd.post("/session", json={}).json()["session_id"]
        execd.post(f"/session/{session}/run", json={"command": fetch.format("session")})
        execd.post("/code", json={"code": fetch.format("code"), "context": {"language": "bash"}})
    assert {seen.path for seen in net.plain.seen} == {"/main", "/hook", "/command", "/session", "/code"}


def test_a_program_of_another_user_and_without_environment_gets_no_further(
    api: Api, guarded: str, net: Internet
) -> None:
    run = "env -i /usr/bin/curl -sS -m 5 http://plain.example.com/ 2>&1 || true"
    assert "Could not resolve host" in api.run(guarded, run)
    assert not net.connections


def test_a_template_is_built_with_the_way_out(api: Api, net: Internet) -> None:
    request = {
        "image": "ubuntu",
        "publish": "s3://bucket/path",
        "entrypoint": ["sh", "-c", "curl -sS http://plain.example.com/build > /root/said; exec sleep 600"],
        "readiness": {"probe": "cmd://test -s /root/said"},
    }
    template = api.client.post("/templates", json=request).json()["templateId"]
    until(
        lambda: api.client.get(f"/templates/{template}").json()["status"]["phase"] == "Succeeded",
        "the build reached its host",
    )
    assert net.plain.last().path == "/build"
    assert api.client.delete(f"/templates/{template}").status_code == 204


@dataclass
class VerboseServer:
    """A server that logs all it can."""

    api: Api
    port: int
    state: Path
    log: Path


@pytest.fixture
def verbose_server(upstreams: Internet, tmp_path: Path) -> Iterator[VerboseServer]:
    log = tmp_path / "server.log"
    with tempfile.TemporaryDirectory(prefix="egress-", ignore_cleanup_errors=True) as state:
        options = {
            "port": 0,
            "verbose": True,
            "state_dir": state,
            "upstream_ca": str(upstreams.authority),
            "resolve": [f"{name}={place}" for name, place in upstreams.resolve.items()],
        }
        command = [sys.executable, "-m", "opensandbox.local", "--managed", json.dumps(options)]
        with log.open("wb") as errors:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=os.getcwd()
            )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = json.loads(process.stdout.readline())["address"]
            with httpx.Client(base_url=f"http://{address}/v1", timeout=30) as client:
                yield VerboseServer(Api(client), int(address.rpartition(":")[2]), Path(state), log)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(20)


def test_a_lent_credential_is_seen_by_the_upstream_and_by_nobody_else(
    verbose_server: VerboseServer, net: Internet
) -> None:
    api = verbose_server.api
    said: list[str] = []

    def remember(response: httpx.Response) -> None:
        said.append(f"{response.read()!r} {response.headers!r}")

    api.client.event_hooks["response"].append(remember)
    sandbox = api.create(networkPolicy=ALLOW_EXAMPLE, credentialProxy={"enabled": True})["id"]
    with api.endpoint(sandbox, 18080) as egress:
        egress.event_hooks["response"].append(remember)
        assert egress.post("/credential-vault", json=VAULT).status_code == 201
        assert egress.post("/credential-vault", json=VAULT).status_code == 409
        wrong = {"credentials": [*VAULT["credentials"], *VAULT["credentials"]], "bindings": []}
        assert egress.post("/credential-vault", json=wrong).status_code == 400
        for path in ("", "/credentials", "/bindings", "/credentials/token", "/bindings/main"):
            assert egress.get(f"/credential-vault{path}").status_code == 200
        assert egress.patch("/credential-vault", json={"expectedRevision": 9}).status_code == 409

    curl = "curl -sSv -H 'X-Other: PLACEHOLDER' -d '{\"a\":\"PLACEHOLDER\"}' 'https://api.example.com/echo?q=PLACEHOLDER'"
    said.append(api.run(sandbox, f"{curl} 2>&1 | tee /workspace/said"))
    lent = net.web.last()
    assert lent.get("authorization") == f"Bearer {SECRET}"
    assert lent.path == f"/echo?q={OTHER_SECRET}"
    assert lent.get("x-other") == OTHER_SECRET
    assert OTHER_SECRET.encode() in lent.body
    python = "import urllib.request as u; print(u.urlopen('https://api.example.com/echo').read())"
    said.append(api.run(sandbox, f'python3 -c "{python}"'))
    assert net.web.last().get("authorization") == f"Bearer {SECRET}"
    said.append(api.run(sandbox, "curl -sS -H 'Host: PLACEHOLDER' https://api.example.com/ 2>&1"))
    said.append(api.run(sandbox, "curl -sS https://forged.example.com/ 2>&1"))

    said.append(api.run(sandbox, "env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'"))
    grep = f"grep -r -l -a -E '{SECRET[:4]}[-]t0ken|{OTHER_SECRET[:5]}[-]s3cret'"
    places = "/workspace /tmp /root /run /var /home /etc /opt/opensandbox/run"
    assert api.run(sandbox, f"{grep} {places} 2>/dev/null; echo done") == "done"

    for scope in ("logs?scope=container", "events?scope=runtime", "events?scope=lifecycle"):
        api.client.get(f"/sandboxes/{sandbox}/diagnostics/{scope}")
    for path in ("inspect", "summary"):
        api.client.get(f"/sandboxes/{sandbox}/diagnostics/{path}")
    api.client.get(f"/sandboxes/{sandbox}")
    api.client.get("/sandboxes")
    api.client.get(f"/sandboxes/{sandbox}/networkpolicy")

    secret = re.compile("|".join((SECRET, OTHER_SECRET)))
    assert len(said) > 15
    assert not [text for text in said if secret.search(text)]
    log = verbose_server.log.read_text(errors="replace")
    assert "another name in its Host header" in log, "the log has something to say"
    assert not secret.search(log)
    on_disk = [path for path in verbose_server.state.rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(path.name == "said" for path in on_disk), "the files of the sandbox are among those looked at"
    for path in on_disk:
        assert not secret.search(path.read_bytes().decode("latin-1")), path
    api.delete_created()


def test_programs_of_every_kind_trust_the_proxy(api: Api, net: Internet) -> None:
    sandbox = api.create(networkPolicy=ALLOW_EXAMPLE, credentialProxy={"enabled": True})["id"]
    with api.endpoint(sandbox, 18080) as egress:
        assert egress.post("/credential-vault", json=VAULT).status_code == 201
    put(api, sandbox, "/workspace/client.js", NODE.replace("web.example.com", "api.example.com"))
    python = "import urllib.request as u; print(u.urlopen('https://api.example.com/').read().decode())"
    for command in (
        "curl -sS https://api.example.com/",
        f'python3 -c "{python}"',
        "node /workspace/client.js",
        "env -u SSL_CERT_FILE -u CURL_CA_BUNDLE curl -sS https://api.example.com/",
    ):
        assert api.run(sandbox, f"{command} 2>&1") == "hello", command
        assert net.web.last().get("authorization") == f"Bearer {SECRET}"


def template_of(api: Api) -> str:
    body = {"image": "ubuntu", "publish": "s3://a/b", "readiness": {"warmupSeconds": 0}}
    template: str = api.client.post("/templates", json=body).json()["templateId"]
    path = f"/templates/{template}"
    until(lambda: api.client.get(path).json()["status"]["phase"] == "Succeeded", "it is built")
    return template


def test_a_sandbox_from_a_template_is_lent_credentials_through_the_server(api: Api, net: Internet) -> None:
    other = dict.fromkeys(("image", "entrypoint", "resourceLimits"))
    sandbox = api.create(templateId=template_of(api), networkPolicy=ALLOW_EXAMPLE, **other)["id"]
    path = f"/sandboxes/{sandbox}/credential-vault"
    assert api.client.post(path, json=VAULT).status_code == 201
    assert api.run(sandbox, "curl -sS https://api.example.com/ 2>&1") == "hello"
    assert net.web.last().get("authorization") == f"Bearer {SECRET}"
    # The vault is still there after a pause, and all of it shows the revision of the whole.
    api.client.post(f"/sandboxes/{sandbox}/pause")
    api.client.post(f"/sandboxes/{sandbox}/resume")
    changed = api.client.patch(path, json={"expectedRevision": 1, "bindings": {"delete": ["main"]}}).json()
    assert [known["revision"] for known in (changed, *changed["credentials"])] == [2, 2, 2]
    assert api.client.get(f"{path}/credentials/token").json()["revision"] == 2
    assert api.run(sandbox, "curl -sS https://api.example.com/ 2>&1") == "hello"
    assert net.web.last().get("authorization") is None


def test_the_server_passes_the_vault_of_any_sandbox_on(api: Api) -> None:
    sandbox = api.create(networkPolicy=ALLOW_EXAMPLE, credentialProxy={"enabled": True})["id"]
    path = f"/sandboxes/{sandbox}/credential-vault"
    assert_error(api.client.get(path), 404, "CREDENTIAL_VAULT::NOT_FOUND", "not found")
    assert api.client.post(path, json=VAULT).status_code == 201
    assert_error(api.client.post(path, json=VAULT), 409, "CREDENTIAL_VAULT::EXISTS", "exists already")
    assert api.client.patch(path, json={"credentials": {"replace": VAULT["credentials"][:1]}}).is_success
    stale = api.client.patch(path, json={"expectedRevision": 1})
    assert_error(stale, 412, "CREDENTIAL_VAULT::PRECONDITION_FAILED", "revision 1", "at 2")
    # Here each record has a revision of its own.
    revisions = {known["name"]: known["revision"] for known in api.client.get(path).json()["credentials"]}
    assert revisions == {"token": 2, "other": 1}
    with api.endpoint(sandbox, 18080) as egress:
        assert egress.get("/credential-vault").json()["revision"] == 2
    assert api.client.delete(path).status_code == 204
    assert_error(api.client.get(f"{path}/bindings"), 404, "CREDENTIAL_VAULT::NOT_FOUND", "not found")


def test_without_a_credential_proxy_there_is_no_vault(api: Api, guarded: str) -> None:
    path = f"/sandboxes/{guarded}/credential-vault"
    refused = api.client.post(path, json=VAULT)
    assert_error(refused, 412, "CREDENTIAL_VAULT::PRECONDITION_FAILED", "credentialProxy")
    assert SECRET not in refused.text


def test_ports_are_ruled_for_programs_inside(api: Api, net: Internet) -> None:
    rules = [*ALLOW_EXAMPLE["egress"], {"action": "deny", "ports": [80]}]
    sandbox = api.create(networkPolicy={**ALLOW_EXAMPLE, "egress": rules})["id"]
    assert api.run(sandbox, "curl -sS -m 10 https://web.example.com/ 2>&1") == "hello"
    assert "network policy" in api.run(sandbox, "curl -sS -m 10 http://plain.example.com/ 2>&1")
    assert api.client.request("DELETE", f"/sandboxes/{sandbox}/networkpolicy", json=[""]).is_success
    assert api.run(sandbox, "curl -sS -m 10 http://plain.example.com/ 2>&1") == "hello"


def test_a_policy_changes_at_run_time(api: Api, guarded: str, net: Internet) -> None:
    fetch = "curl -sS -m 10 http://denied.example.org/ 2>&1"
    assert "network policy" in api.run(guarded, fetch)
    path = f"/sandboxes/{guarded}/networkpolicy"
    assert (
        api.client.patch(path, json=[{"action": "allow", "target": "denied.example.org"}]).status_code == 200
    )
    assert api.run(guarded, fetch) == "hello"
    assert api.client.put(path, json={}).status_code == 200
    assert "network policy" in api.run(guarded, fetch)
    assert "network policy" in api.run(guarded, "curl -sS http://plain.example.com/ 2>&1")


def test_the_policy_of_one_sandbox_is_not_that_of_another(api: Api, guarded: str, net: Internet) -> None:
    other = api.create(networkPolicy={"defaultAction": "deny"})["id"]
    fetch = "curl -sS -m 10 http://plain.example.com/ 2>&1"
    assert "network policy" in api.run(other, fetch)
    assert api.run(guarded, fetch) == "hello"


def test_the_way_out_survives_a_pause(api: Api, guarded: str, net: Internet) -> None:
    assert api.client.post(f"/sandboxes/{guarded}/pause").status_code == 202
    assert api.client.post(f"/sandboxes/{guarded}/resume").status_code == 202
    assert api.run(guarded, "curl -sS http://plain.example.com/") == "hello"
