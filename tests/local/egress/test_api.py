"""The egress API over HTTP, as clients reach it: through the gateway, through the API's own address, and forwarded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.local.egress.conftest import ALLOW_EXAMPLE
from tests.local.server.client import Api, assert_error, until

TOKEN = "OPENSANDBOX-EGRESS-AUTH"
SECRET = "s3cret-t0ken-1234567"
VAULT = {
    "credentials": [{"name": "token", "source": {"type": "inline", "value": SECRET}}],
    "bindings": [
        {
            "name": "main/1",
            "match": {"hosts": ["api.example.com"]},
            "auth": {"type": "bearer", "credential": "token"},
        }
    ],
}
RULE = {"action": "allow", "target": "more.example.org"}


@pytest.fixture(scope="module")
def module_api(server: Any) -> Iterator[Api]:
    headers = {"OPEN-SANDBOX-API-KEY": server.api_key}
    with httpx.Client(base_url=f"{server.url}/v1", headers=headers, timeout=30) as client:
        api = Api(client)
        yield api
        api.delete_created()


@pytest.fixture(scope="module")
def guarded(module_api: Api) -> str:
    """A sandbox with a policy and a credential proxy."""
    made = module_api.create(networkPolicy=ALLOW_EXAMPLE, credentialProxy={"enabled": True})
    return str(made["id"])


@pytest.fixture
def egress(module_api: Api, guarded: str) -> Iterator[httpx.Client]:
    """Its egress API, with the first policy and without a vault."""
    with module_api.endpoint(guarded, 18080) as client:
        client.delete("/credential-vault")
        assert client.put("/policy", json=ALLOW_EXAMPLE).status_code == 200
        yield client


def assert_text(response: httpx.Response, status: int, *words: str) -> None:
    """The response is one line of plain text."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.text.endswith("\n")
    assert response.text.count("\n") == 1
    for word in words:
        assert word in response.text


def assert_json(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json"
    assert response.text.endswith("\n")
    return response.json()


def test_policy_is_read_replaced_and_reset(egress: httpx.Client) -> None:
    answer = assert_json(egress.get("/policy"))
    assert answer == {
        "status": "ok",
        "mode": "enforcing",
        "enforcementMode": "dns+nft",
        "policy": ALLOW_EXAMPLE,
    }
    for method in ("PUT", "POST"):
        answer = assert_json(egress.request(method, "/policy", json={"defaultAction": "allow", "more": 1}))
        assert answer == {"status": "ok", "mode": "allow_all", "enforcementMode": "dns+nft"}
        for empty in (b"", b" ", b"{}", b"null"):
            answer = assert_json(egress.request(method, "/policy", content=empty))
            assert answer == {
                "status": "ok",
                "mode": "deny_all",
                "reason": "policy reset to default deny-all",
            }
    assert egress.get("/policy").json()["policy"] == {"defaultAction": "deny", "egress": None}


def test_policy_is_merged_and_pruned(egress: httpx.Client) -> None:
    answer = assert_json(egress.patch("/policy", json=[RULE, RULE | {"action": "deny"}]))
    assert answer == {"status": "ok", "mode": "enforcing", "enforcementMode": "dns+nft"}
    assert egress.get("/policy").json()["policy"]["egress"] == [RULE, *ALLOW_EXAMPLE["egress"]]
    answer = assert_json(egress.request("DELETE", "/policy", json=["unknown.example.com"]))
    assert answer["reason"] == "no matching targets found"
    assert assert_json(egress.request("DELETE", "/policy", json=["MORE.example.org ", "*.EXAMPLE.com"])) == {
        "status": "ok",
        "mode": "deny_all",
        "enforcementMode": "dns+nft",
    }
    assert egress.get("/policy").json()["policy"] == {"defaultAction": "deny", "egress": []}


BAD_POLICIES = [
    ("PATCH", b"", 400, "JSON"),
    ("PATCH", b"[]", 400, "at least one"),
    ("PATCH", b"{}", 400, "array"),
    ("PATCH", b"[1", 400, "JSON"),
    ("PATCH", b"\xff", 400, "JSON"),
    ("PATCH", b'[{"action": "block", "target": "a.example.com"}]', 400, "block"),
    ("PATCH", b'[{"action": "allow", "target": ""}]', 400, "target"),
    ("PUT", b"[]", 400, "object"),
    ("PUT", b'{"egress": 1}', 400, "egress"),
    ("PUT", b"[" * 100_000, 400, "JSON"),
    ("DELETE", b"[]", 400, "at least one"),
    ("DELETE", b"[1]", 400, "targets"),
    ("PUT", b" " * (1 << 20) + b"{}", 413, "1048576"),
]


@pytest.mark.parametrize(("method", "body", "status", "word"), BAD_POLICIES)
def test_a_bad_policy_body_is_plain_text_and_changes_nothing(
    egress: httpx.Client, method: str, body: bytes, status: int, word: str
) -> None:
    assert_text(egress.request(method, "/policy", content=body), status, word)
    assert egress.get("/policy").json()["policy"] == ALLOW_EXAMPLE


def test_4096_rules_are_taken_and_10000_refused(egress: httpx.Client) -> None:
    def rules(count: int) -> list[dict[str, str]]:
        return [{"action": "allow", "target": f"host{number}.example.com"} for number in range(count)]

    assert_json(egress.put("/policy", json={"egress": rules(4096)}))
    assert_text(egress.put("/policy", json={"egress": rules(10_000)}), 413, "10000", "4096")
    assert_text(egress.patch("/policy", json=rules(10_000)), 413, "10000")
    assert_text(egress.patch("/policy", json=[RULE]), 413, "4097")
    assert len(egress.get("/policy").json()["policy"]["egress"]) == 4096


def test_a_token_is_demanded_of_everybody(egress: httpx.Client, module_api: Api, guarded: str) -> None:
    address = module_api.client.get(f"/sandboxes/{guarded}/endpoints/18080").json()
    assert set(address["headers"]) == {TOKEN}
    url = f"http://{address['endpoint']}"
    for headers in ({}, {TOKEN: "wrong"}, {TOKEN: address["headers"][TOKEN].upper() + "x"}):
        for method, path in (("GET", "/policy"), ("POST", "/credential-vault"), ("GET", "/nothing")):
            answer = httpx.request(method, url + path, headers=headers)
            assert_text(answer, 401)
            assert answer.text == "unauthorized\n"
    assert httpx.get(url + "/healthz").text == "ok\n"
    through_server = module_api.client.get(
        f"/sandboxes/{guarded}/endpoints/18080", params={"use_server_proxy": "true"}
    ).json()
    answer = httpx.get(f"http://{through_server['endpoint']}/policy", headers=through_server["headers"])
    assert answer.json()["status"] == "ok"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("OPTIONS", "/policy", "GET, POST, PUT, PATCH, DELETE"),
        ("PUT", "/credential-vault", "GET, POST, PATCH, DELETE"),
        ("DELETE", "/credential-vault/credentials", "GET"),
        ("POST", "/credential-vault/bindings/x", "GET"),
    ],
)
def test_another_method_is_405_and_names_those_there_are(
    egress: httpx.Client, method: str, path: str, allow: str
) -> None:
    answer = egress.request(method, path)
    assert_text(answer, 405)
    assert answer.headers["Allow"] == allow


def test_unknown_paths_are_404(egress: httpx.Client) -> None:
    assert_text(egress.get("/nothing"), 404)
    answer = egress.get("/credential-vault/nothing")
    assert_text(answer, 404)
    assert answer.text == "not found\n"
    assert_text(egress.get("/credential-vault/_active"), 403)


def test_the_vault_is_created_read_changed_and_deleted(egress: httpx.Client) -> None:
    answer = egress.get("/credential-vault")
    assert_text(answer, 404)
    assert answer.text == "credential vault not found\n"
    state = assert_json(egress.post("/credential-vault", json=VAULT), 201)
    credential = {"name": "token", "sourceType": "inline", "revision": 1}
    assert state["revision"] == 1
    assert state["credentials"] == [credential]
    assert assert_json(egress.get("/credential-vault")) == state
    assert assert_json(egress.get("/credential-vault/credentials")) == {
        "revision": 1,
        "credentials": [credential],
    }
    assert assert_json(egress.get("/credential-vault/credentials/token")) == credential
    assert assert_json(egress.get("/credential-vault/bindings"))["bindings"] == state["bindings"]
    assert assert_json(egress.get("/credential-vault/bindings/main%2F1")) == state["bindings"][0]
    assert_text(egress.get("/credential-vault/credentials/other"), 404, "other")
    assert_text(egress.post("/credential-vault", json=VAULT), 409, "exists")
    assert_text(egress.patch("/credential-vault", json={"expectedRevision": 7}), 409, "7")
    changed = assert_json(egress.patch("/credential-vault", json={"expectedRevision": 1}))
    assert changed["revision"] == 2
    assert changed["credentials"][0]["revision"] == 1
    assert changed["bindings"][0]["revision"] == 2
    answer = egress.delete("/credential-vault")
    assert (answer.status_code, answer.content) == (204, b"")
    assert_text(egress.delete("/credential-vault"), 404)
    assert_text(egress.patch("/credential-vault", json={}), 404)
    assert egress.post("/credential-vault", json=VAULT).json()["revision"] == 1


BAD_VAULTS: list[tuple[object, str]] = [
    (b"", "JSON"),
    (b"{", "JSON"),
    ({}, "credentials"),
    (VAULT | {"more": 1}, "more"),
    (VAULT | {"credentials": []}, "token"),
    (VAULT | {"bindings": VAULT["bindings"] * 2}, "two bindings"),
    (
        {
            "credentials": [{"name": "token", "source": {"type": "inline", "value": SECRET, "x": 1}}],
            "bindings": [],
        },
        "x",
    ),
    ({"credentials": [{"name": "token", "source": {"type": SECRET, "value": "x"}}], "bindings": []}, "type"),
    ({"credentials": [{"name": "token", "source": {"value": [SECRET]}}], "bindings": []}, "value"),
]


@pytest.mark.parametrize(("body", "word"), BAD_VAULTS)
def test_a_bad_vault_body_is_plain_text_and_never_repeats_a_secret(
    egress: httpx.Client, body: object, word: str
) -> None:
    given: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
    for method in ("POST", "PATCH") if isinstance(body, bytes) else ("POST",):
        answer = egress.request(method, "/credential-vault", **given)
        assert_text(answer, 400, word)
        assert SECRET not in answer.text
    assert egress.get("/credential-vault").status_code == 404


def test_a_vault_needs_the_credential_proxy(module_api: Api) -> None:
    sandbox = module_api.create(networkPolicy=ALLOW_EXAMPLE)["id"]
    with module_api.endpoint(sandbox, 18080) as egress:
        for method in ("POST", "PATCH", "DELETE"):
            assert_text(egress.request(method, "/credential-vault", json={}), 412, "credentialProxy")
        assert_text(egress.get("/credential-vault"), 404)


def test_scoped_bindings_are_demanded_where_the_sandbox_says_so(module_api: Api) -> None:
    switch = {"OPENSANDBOX_EGRESS_CREDENTIAL_VAULT_REQUIRE_SCOPED_MATCH": "true"}
    made = module_api.create(networkPolicy=ALLOW_EXAMPLE, credentialProxy={"enabled": True}, env=switch)
    with module_api.endpoint(made["id"], 18080) as egress:
        assert_text(egress.post("/credential-vault", json=VAULT), 400, "match.methods")


def test_a_sandbox_without_a_policy_is_unrestricted_until_it_gets_rules(module_api: Api) -> None:
    sandbox = module_api.create()["id"]
    with module_api.endpoint(sandbox, 18080) as egress:
        answer = egress.get("/policy").json()
        assert (answer["mode"], answer["policy"]) == ("allow_all", {"defaultAction": "allow", "egress": None})
        assert egress.request("DELETE", "/policy", json=["a.example.com"]).json()["mode"] == "allow_all"
        assert egress.patch("/policy", json=[RULE]).json()["mode"] == "enforcing"
        assert egress.get("/policy").json()["policy"] == {"defaultAction": "deny", "egress": [RULE]}


def test_the_lifecycle_routes_are_handed_on(egress: httpx.Client, module_api: Api, guarded: str) -> None:
    path = f"/sandboxes/{guarded}/networkpolicy"
    client = module_api.client
    assert client.get(path, headers={TOKEN: "wrong"}).json() == egress.get("/policy").json()
    assert assert_json(client.patch(path, json=[RULE]))["mode"] == "enforcing"
    assert egress.get("/policy").json()["policy"]["egress"][0] == RULE
    assert assert_json(client.request("DELETE", path, json=[RULE["target"]]))["status"] == "ok"
    assert assert_json(client.put(path, json={"defaultAction": "allow"}))["mode"] == "allow_all"
    assert assert_json(client.put(path, json={}))["mode"] == "deny_all"
    assert_error(client.patch(path, json=[{"action": "maybe"}]), 400, "SANDBOX::INVALID_PARAMETER", "action")
    rules = [{"action": "allow", "target": f"host{number}.example.com"} for number in range(10_000)]
    assert_text(client.put(path, json={"defaultAction": "deny", "egress": rules}), 413, "10000")


def test_a_template_keeps_its_policy_in_the_server(module_api: Api) -> None:
    client = module_api.client
    template = {"image": "ubuntu", "publish": "s3://bucket/path", "readiness": {"warmupSeconds": 0}}
    identifier = client.post("/templates", json=template).json()["templateId"]
    until(
        lambda: client.get(f"/templates/{identifier}").json()["status"]["phase"] == "Succeeded", "it is built"
    )
    made = module_api.create(
        templateId=identifier, image=None, entrypoint=None, resourceLimits=None, networkPolicy=ALLOW_EXAMPLE
    )
    path = f"/sandboxes/{made['id']}/networkpolicy"
    first = {"action": "deny", "target": "*.example.com"}
    assert client.patch(path, json=[RULE, first]).json() == {"status": "ok", "mode": "enforcing"}
    assert client.get(path).json() == {
        "status": "ok",
        "mode": "enforcing",
        "policy": {"defaultAction": "deny", "egress": [first, RULE]},
    }
    assert client.request("DELETE", path, json=[RULE["target"]]).status_code == 200
    assert client.get(path).json()["policy"]["egress"] == [first]
    assert_error(
        client.patch(path, json=[{"action": "allow", "target": "*"}]), 400, "SANDBOX::INVALID_PARAMETER"
    )
    with module_api.endpoint(made["id"], 18080) as egress:
        assert TOKEN not in egress.headers
        assert_error(egress.get("/policy"), 502, "BACKEND_CONNECTION_FAILED", "template")


BAD_CREATES = [
    ({"networkPolicy": {"egress": [{"action": "allow", "target": "*"}]}}, "egress[0].target"),
    (
        {
            "networkPolicy": {
                "egress": [{"action": "allow", "target": f"h{n}.example.com"} for n in range(4097)]
            }
        },
        "4096",
    ),
]


@pytest.mark.parametrize(("members", "word"), BAD_CREATES)
def test_a_sandbox_with_a_bad_policy_is_not_created(
    module_api: Api, members: dict[str, Any], word: str
) -> None:
    request = {"image": {"uri": "ubuntu"}, "entrypoint": ["sleep", "60"], "resourceLimits": {}, **members}
    answer = module_api.client.post("/sandboxes", json=request)
    assert_error(answer, 400, "SANDBOX::INVALID_PARAMETER", "networkPolicy", word)
