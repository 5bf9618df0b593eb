"""The embedded server against all four specs, tried by schemathesis: examples, boundary values, generated requests, chains of links.

It runs as a program of its own, the way a developer would run it, with `schemathesis.toml` beside this file. The examples take
seconds. The rest takes minutes and belongs to `make test-all`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from opensandbox.local import LocalServer
from tests.support.contract.served import PREFIXES, operation_id, operations, served

pytestmark = [
    pytest.mark.off_contract("wrong requests are sent on purpose, and judged by who sends them"),
    pytest.mark.timeout(900),  # each of these is some thousand tests
]

CONFIG = Path(__file__).with_name("schemathesis.toml")
SANDBOX = {
    "image": {"uri": "ubuntu"},
    "entrypoint": ["tail", "-f", "/dev/null"],
    "resourceLimits": {},
    "timeout": 3600,
    "networkPolicy": {"defaultAction": "allow"},
    "credentialProxy": {"enabled": True},
}
VAULT = {
    "credentials": [{"name": "token", "source": {"type": "inline", "value": "secret"}}],
    "bindings": [
        {
            "name": "api",
            "match": {"hosts": ["api.example.com"]},
            "auth": {"type": "bearer", "credential": "token"},
        }
    ],
}
NOTES = "/workspace/notes.txt"
ISOLATED = {"workspace": {"path": "/workspace", "mode": "rw"}}
RULE = {"action": "allow", "target": "example.com"}
# What was made for the examples stays as long as they are needed, so only links lead to something to delete.
DELETED_BY_LINKS = {
    "delete_credential_vault",
    "deleteSandboxCredentialVault",
    "delete_sandboxes_sandbox_id",
    "delete_snapshots_snapshot_id",
    "deleteTemplate",
    "deleteSession",
    "deleteContext",
    "deleteIsolatedSession",
}
RESERVED = {"isolatedSessionCommit", "isolatedSessionDiff"}


@dataclass
class Target:
    """What is called: a base address with its headers, and values with which calls succeed."""

    url: str
    headers: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sandbox:
    """A sandbox of the server, made for one test."""

    server: LocalServer
    client: httpx.Client
    state: Path
    id: str

    def target(self, port: int) -> Target:
        """Return the address of a port."""
        endpoint = self.client.get(f"/sandboxes/{self.id}/endpoints/{port}").json()
        return Target(f"http://{endpoint['endpoint']}", endpoint["headers"])

    def daemon_log(self) -> str:
        """Read what the daemons of all sandboxes had to say."""
        told = []
        for directory, _, files in os.walk(self.state):  # which passes over what goes meanwhile
            if "execd.log" in files:
                with contextlib.suppress(FileNotFoundError):
                    told.append(Path(directory, "execd.log").read_text(errors="replace"))
        return "".join(told)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def server(state: Path) -> Iterator[LocalServer]:
    with LocalServer(spares=1, state_dir=state) as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer, state: Path) -> Iterator[Sandbox]:
    headers = {"OPEN-SANDBOX-API-KEY": server.api_key}
    with httpx.Client(base_url=f"{server.url}/v1", headers=headers, timeout=30, trust_env=False) as client:
        made = client.post("/sandboxes", json=SANDBOX)
        assert made.status_code == 202, made.text
        yield Sandbox(server, client, state, made.json()["id"])
        # Whatever the calls made goes with this one.
        for record in client.get("/sandboxes", params={"pageSize": 200}).json()["items"]:
            client.delete(f"/sandboxes/{record['id']}")


def lifecycle(sandbox: Sandbox) -> Target:
    key = {"OPEN-SANDBOX-API-KEY": sandbox.server.api_key}
    template = {"image": "ubuntu", "publish": "s3://templates/a", "readiness": {"warmupSeconds": 0}}
    snapshot = sandbox.client.post(f"/sandboxes/{sandbox.id}/snapshots").json()["id"]
    built = sandbox.client.post("/templates", json=template).json()["templateId"]
    return Target(
        f"{sandbox.server.url}/v1",
        key,
        {
            "SandboxId": sandbox.id,
            "port": 8000,
            "SnapshotId": snapshot,
            "TemplateId": built,
            "bindingName": "api",
            "credentialName": "token",
        },
        {
            "post_sandboxes": SANDBOX,
            "patch_sandboxes_sandbox_id_metadata": {"purpose": "contract", "gone": None},
            "post_sandboxes_sandbox_id_renew_expiration": {"expiresAt": "2100-01-01T00:00:00Z"},
            "post_sandboxes_sandbox_id_snapshots": {"name": "contract"},
            "replaceSandboxNetworkPolicy": {"defaultAction": "allow", "egress": [RULE]},
            "patchSandboxNetworkPolicy": [RULE],
            "deleteSandboxNetworkPolicyRules": ["example.com"],
            "createTemplate": template,
            "createSandboxCredentialVault": VAULT,
            "patchSandboxCredentialVault": {"expectedRevision": 1, "credentials": {"delete": []}},
        },
    )


def diagnostics(sandbox: Sandbox) -> Target:
    key = {"OPEN-SANDBOX-API-KEY": sandbox.server.api_key}
    return Target(f"{sandbox.server.url}/v1", key, {"SandboxId": sandbox.id, "Scope": "all"})


def egress(sandbox: Sandbox) -> Target:
    target = sandbox.target(18080)
    target.parameters = {"binding_name": "api", "credential_name": "token"}
    target.bodies = {
        "patch_policy": [RULE],
        "delete_policy": ["example.com"],
        "post_credential_vault": VAULT,
        "patch_credential_vault": {"expectedRevision": 1, "credentials": {"delete": []}},
    }
    return target


def execd(sandbox: Sandbox) -> Target:
    target = sandbox.target(44772)
    with httpx.Client(base_url=target.url, headers=target.headers, timeout=60, trust_env=False) as client:

        def made(path: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = client.post(path, json=body)
            assert answer.is_success, answer.text
            record: dict[str, Any] = json.loads(answer.text.partition("\n")[0])
            return record

        made(
            "/command", {"command": f"echo old > {NOTES}; for n in 0 1 2; do echo > /workspace/old-$n; done"}
        )
        command = made("/command", {"command": "sleep 1000", "background": True})["text"]
        context = made("/code/context", {"language": "bash"})["id"]
        session = made("/session", {})["session_id"]
        isolated = made("/v1/isolated/session", ISOLATED)["session_id"]
        run = made(f"/v1/isolated/session/{isolated}/run", {"code": "true", "background": True})["run_id"]
    target.parameters = {
        "deleteContextsByLanguage language": "python",
        "interruptCode id": context,
        "ContextId": context,
        "ExecutionId": command,
        "Gid": 0,
        "InterruptId": command,
        "IsolatedSessionId": isolated,
        "Language": "bash",
        "Path": "/workspace",
        "Paths": [NOTES],
        "RunId": run,
        "SessionId": session,
        "Uid": 0,
    }
    target.bodies = {
        "createIsolatedSession": ISOLATED,
        "createSession": {"cwd": "/workspace"},
        "createCodeContext": {"language": "bash"},
        "runCode": {"code": "echo out", "context": {"id": context, "language": "bash"}},
        "runCommand": {"command": "echo out", "timeout": 5000},
        "runInIsolatedSession": {"code": "echo out", "timeout_seconds": 5},
        "runInSession": {"command": "echo out", "timeout": 5000},
    }
    for number, prefix in enumerate(PREFIXES):
        moved = [{"src": f"/workspace/old-{number}", "dest": f"/workspace/new-{number}"}]
        target.parameters[operation_id(prefix, "downloadFile") + " path"] = NOTES
        for name in ("removeDirs", "removeFiles"):
            target.parameters[f"{operation_id(prefix, name)} path"] = ["/workspace/gone"]
        target.bodies |= {
            operation_id(prefix, "chmodFiles"): {NOTES: {"mode": 644}},
            operation_id(prefix, "makeDirs"): {f"/workspace/made-{number}": {"mode": 755}},
            operation_id(prefix, "renameFiles"): moved,
            operation_id(prefix, "replaceContent"): {NOTES: {"old": "old", "new": "new"}},
            operation_id(prefix, "uploadFile"): {"metadata": json.dumps({"path": NOTES}), "file": "old"},
        }
    return target


TARGETS = {"lifecycle": lifecycle, "diagnostics": diagnostics, "egress": egress, "execd": execd}


def with_examples(spec: dict[str, Any], target: Target) -> dict[str, Any]:
    """Say in the spec which values lead somewhere. What the target needs to live is deleted by links only."""
    for path, method, operation in operations(spec):
        for index, parameter in enumerate(operation.get("parameters", [])):
            key = parameter.get("$ref", "").rpartition("/")[2] or parameter["name"]
            if "$ref" in parameter:
                parameter = spec["components"]["parameters"][key]
            name = f"{operation['operationId']} {parameter['name']}"
            if (value := target.parameters.get(name, target.parameters.get(key))) is None:
                continue
            if path.endswith("{" + parameter["name"] + "}") and method == "delete":
                continue
            if parameter["in"] == "path":
                parameter = {**parameter, "schema": {**parameter["schema"], "enum": [value]}}
            operation["parameters"][index] = {**parameter, "example": value}
        if operation["operationId"] in target.bodies:
            for media in operation["requestBody"]["content"].values():
                media["example"] = target.bodies[operation["operationId"]]
    return spec


def bearing_null(spec: dict[str, Any]) -> dict[str, Any]:
    """Say where the embedded daemon takes null for what may be left out, as clients in Go send it."""
    for _, _, operation in operations(spec):
        name = operation["operationId"].lower()
        for media in operation.get("requestBody", {}).get("content", {}).values():
            if name == "createsession":
                media["schema"] = {"anyOf": [media["schema"], {"type": "null"}]}
            elif name.endswith("makedirs"):
                taken = media["schema"]["additionalProperties"]
                media["schema"] = {
                    **media["schema"],
                    "additionalProperties": {"anyOf": [taken, {"type": "null"}]},
                }
    return spec


def narrowed(spec: dict[str, Any], target: Target) -> dict[str, Any]:
    """Leave nothing but the values that lead somewhere, so that links start from what was really made."""
    for _, _, operation in operations(spec):
        for parameter in operation.get("parameters", []):
            if "example" in parameter:
                parameter["schema"] = {"enum": [parameter["example"]]}
        if operation["operationId"] in target.bodies:
            for media in operation["requestBody"]["content"].values():
                media["schema"] = {"enum": [target.bodies[operation["operationId"]]]}
    return spec


def answered(spec: dict[str, Any], target: Target, phases: str, directory: Path) -> dict[str, set[int]]:
    """Run schemathesis; it has to find nothing. Returns which operations answered with which statuses."""
    (directory / "spec.yaml").write_text(yaml.safe_dump(spec))
    arguments = ["run", "spec.yaml", "--url", target.url, "--phases", phases, "--no-color"]
    arguments += ["--report", "har", "--report-har-path", "calls.json"]
    for name, value in target.headers.items():
        arguments += ["--header", f"{name}: {value}"]
    result = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), *arguments],
        cwd=directory,
        env={**os.environ, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-20000:] + result.stderr
    # Paths without variables first: `/code/contexts` is no context.
    declared = sorted(operations(spec), key=lambda operation: operation[0].count("{"))
    routes = [
        (re.compile(re.escape(target.url) + re.sub(r"{\w+}", "[^/?]*", path)), method.upper(), operation)
        for path, method, operation in declared
    ]
    statuses: dict[str, set[int]] = {operation["operationId"]: set() for _, _, operation in routes}
    for call in json.loads((directory / "calls.json").read_text())["log"]["entries"]:
        url, method = call["request"]["url"].partition("?")[0], call["request"]["method"]
        for route, verb, operation in routes:
            if verb == method and route.fullmatch(url):
                statuses[operation["operationId"]].add(call["response"]["status"])
                break
    return statuses


def without_success(statuses: dict[str, set[int]]) -> set[str]:
    return {name for name, seen in statuses.items() if not any(200 <= status < 300 for status in seen)}


@pytest.mark.long
@pytest.mark.parametrize("api", TARGETS)
def test_server_keeps_its_contract(api: str, sandbox: Sandbox, tmp_path: Path) -> None:
    target = TARGETS[api](sandbox)
    spec = bearing_null(with_examples(served(api), target))
    statuses = answered(spec, target, "examples,coverage,fuzzing", tmp_path)
    # Nothing passes by being refused always.
    assert without_success(statuses) <= DELETED_BY_LINKS | RESERVED
    assert "Traceback" not in sandbox.daemon_log()


@pytest.mark.long
@pytest.mark.parametrize("api", ["lifecycle", "egress", "execd"])
def test_links_lead_to_what_was_made(api: str, sandbox: Sandbox, tmp_path: Path) -> None:
    target, spec = TARGETS[api](sandbox), served(api)
    statuses = answered(narrowed(with_examples(spec, target), target), target, "stateful", tmp_path)
    # Which chains are tried depends on what is answered, the random identifiers in it included; so not all are sure to be.
    linked = {link["operationId"] for link in spec["components"]["links"].values()}
    assert len(linked - without_success(statuses)) >= len(linked) / 2
    assert "Traceback" not in sandbox.daemon_log()
