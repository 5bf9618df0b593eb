"""Who reaches what: endpoint lookups, their tokens and signatures, the API key, and requests from elsewhere."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opensandbox.local.proxy.address import Signer, Target, parse
from tests.local.server.client import Api, assert_error
from tests.local.server.programs import HTTP, HTTP_PORT, start

if TYPE_CHECKING:
    from opensandbox.local import LocalServer

TOKEN = "X-EXECD-ACCESS-TOKEN"
SECURE = "OpenSandbox-Secure-Access"


def lookup(api: Api, sandbox: dict[str, Any], port: object, **query: object) -> httpx.Response:
    return api.client.get(f"/sandboxes/{sandbox['id']}/endpoints/{port}", params=query)  # type: ignore[arg-type]


def test_addresses_follow_the_host_that_the_caller_used(
    api: Api, server: LocalServer, sandbox: dict[str, Any]
) -> None:
    host = f"localhost:{server.port}"
    answer = api.client.get(f"/sandboxes/{sandbox['id']}/endpoints/8000", headers={"Host": host})
    assert answer.json() == {"endpoint": f"{host}/gateway/{sandbox['id']}/8000"}
    assert "OPEN-SANDBOX-ORIGIN" not in answer.headers


def test_server_proxy_address_keeps_the_mount_of_the_lookup(
    api: Api, server: LocalServer, sandbox: dict[str, Any]
) -> None:
    path = f"/sandboxes/{sandbox['id']}/endpoints/8000?use_server_proxy=true"
    proxied = f"/sandboxes/{sandbox['id']}/proxy/8000"
    assert api.client.get(path).json() == {"endpoint": f"{server.domain}/v1{proxied}"}
    assert api.client.get(server.url + path).json() == {"endpoint": f"{server.domain}{proxied}"}


@pytest.mark.parametrize("through_server", ["false", "true"])
def test_daemon_demands_the_token_of_the_lookup(
    api: Api, sandbox: dict[str, Any], through_server: str
) -> None:
    answer = lookup(api, sandbox, 44772, use_server_proxy=through_server).json()
    url, token = f"http://{answer['endpoint']}", answer["headers"][TOKEN]
    assert httpx.get(f"{url}/metrics", headers={TOKEN: token}).status_code == 200
    for headers in ({}, {TOKEN: ""}, {TOKEN: token[:-1] + "g"}, {TOKEN: "ü".encode()}):
        refused = httpx.get(f"{url}/metrics", headers=headers)
        assert refused.status_code == 401
        assert refused.json()["error"].startswith("Unauthorized: ")
    assert httpx.get(f"{url}/ping").status_code == 200, "liveness needs no token"


def test_tokens_differ_between_sandboxes(api: Api) -> None:
    tokens = {lookup(api, api.create(), 44772).json()["headers"][TOKEN] for _ in range(2)}
    assert len(tokens) == 2


def test_secured_sandbox_demands_its_token_on_every_port(api: Api) -> None:
    sandbox = api.create(secureAccess=True)
    start(api, sandbox["id"], HTTP, HTTP_PORT)
    for through_server in ("false", "true"):
        answer = lookup(api, sandbox, HTTP_PORT, use_server_proxy=through_server).json()
        url = f"http://{answer['endpoint']}/"
        assert httpx.get(url, headers=answer["headers"]).status_code == 201
        for headers in ({}, {SECURE: "wrong"}):
            assert_error(httpx.get(url, headers=headers), 401, "MISSING_OR_INVALID_SECURE_ACCESS", SECURE)
    daemon = lookup(api, sandbox, 44772).json()
    only_token = {TOKEN: daemon["headers"][TOKEN]}
    refused = httpx.get(f"http://{daemon['endpoint']}/ping", headers=only_token)
    assert_error(refused, 401, "MISSING_OR_INVALID_SECURE_ACCESS")


def test_signed_address_opens_a_secured_port_until_it_expires(api: Api) -> None:
    sandbox = api.create(secureAccess=True)
    start(api, sandbox["id"], HTTP, HTTP_PORT)

    def signed(expires: int) -> str:
        answer = lookup(api, sandbox, HTTP_PORT, expires=expires).json()
        assert "headers" not in answer
        return f"http://{answer['endpoint']}"

    url = signed(int(time.time()) + 600)
    assert httpx.get(f"{url}/a?b").json()["path"] == "/a?b"
    altered = url.replace(f"/{HTTP_PORT}/", f"/{HTTP_PORT + 1}/")
    assert_error(httpx.get(altered), 401, "MISSING_OR_INVALID_SECURE_ACCESS")
    expires = int(time.time()) + 2
    url = signed(expires)
    while time.time() < expires:
        time.sleep(0.05)
    assert_error(httpx.get(f"{url}/a"), 401, "MISSING_OR_INVALID_SECURE_ACCESS", "expired")


def test_signature_follows_the_published_formula() -> None:
    secret = b"secret"
    canonical = b"v1\nshort\nabc\n8000\nzz\n"
    text = len(secret).to_bytes(4, "big") + secret + len(canonical).to_bytes(4, "big") + canonical
    expected = hashlib.sha256(text).hexdigest()[:8]
    address = Signer(secret).gateway("host", "abc", 8000, int("zz", 36))
    assert address == f"host/gateway/signed/abc/8000/zz/{expected}0"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/gateway/a-1/80", Target("a-1", 80, "/gateway/a-1/80", "/")),
        ("/gateway/a-1/80/", Target("a-1", 80, "/gateway/a-1/80", "/")),
        ("/gateway/a/80/b%2Fc/../d", Target("a", 80, "/gateway/a/80", "/b%2Fc/../d")),
        ("/v1/sandboxes/a/proxy/80/x", Target("a", 80, "/v1/sandboxes/a/proxy/80", "/x", server_proxy=True)),
        ("/sandboxes/a/proxy/80", Target("a", 80, "/sandboxes/a/proxy/80", "/", server_proxy=True)),
        (
            "/gateway/signed/a/80/zz/0123abcd0/x",
            Target("a", 80, "/gateway/signed/a/80/zz/0123abcd0", "/x", expires="zz", signature="0123abcd0"),
        ),
        ("/v1/sandboxes/a/proxy/80x", None),
        ("/gateway/a/port", None),
        ("/gateway//80", None),
        ("/v2/sandboxes/a/proxy/80", None),
        ("/v1/sandboxes/a/endpoints/80", None),
    ],
)
def test_paths_into_sandboxes(path: str, target: Target | None) -> None:
    assert parse(path) == target


@pytest.mark.parametrize(
    ("port", "query", "code", "word"),
    [
        (0, {}, "DOCKER::INVALID_PORT", "65535"),
        (65536, {}, "DOCKER::INVALID_PORT", "65536"),
        (-1, {}, "DOCKER::INVALID_PORT", "-1"),
        ("http", {}, "DOCKER::INVALID_PORT", "http"),
        (80, {"use_server_proxy": "maybe"}, "SANDBOX::INVALID_PARAMETER", "use_server_proxy"),
        (80, {"expires": "1"}, "SANDBOX::INVALID_PARAMETER", "future"),
        (80, {"expires": "01"}, "SANDBOX::INVALID_PARAMETER", "expires"),
        (80, {"expires": ""}, "SANDBOX::INVALID_PARAMETER", "expires"),
        (80, {"expires": "9" * 10, "use_server_proxy": "true"}, "SANDBOX::INVALID_PARAMETER", "exclude"),
    ],
)
def test_lookup_errors(
    api: Api, sandbox: dict[str, Any], port: object, query: dict[str, str], code: str, word: str
) -> None:
    assert_error(lookup(api, sandbox, port, **query), 400, code, word)


def test_proxy_errors(api: Api, server: LocalServer, sandbox: dict[str, Any]) -> None:
    gateway = f"{server.url}/gateway"
    assert_error(httpx.get(f"{gateway}/{sandbox['id']}/65536/"), 400, "DOCKER::INVALID_PORT")
    assert_error(httpx.get(f"{gateway}/nobody/80/"), 404, "DOCKER::SANDBOX_NOT_FOUND", "nobody")


@pytest.mark.parametrize("path", ["/v1/sandboxes", "/sandboxes", "/v1/templates", "/v1/nowhere", "/docs"])
def test_api_key_is_demanded(server: LocalServer, path: str) -> None:
    assert_error(httpx.get(server.url + path), 401, "MISSING_API_KEY", "OPEN-SANDBOX-API-KEY")
    for wrong in ("wrong", server.api_key + "x", "ü".encode()):
        refused = httpx.get(server.url + path, headers={"OPEN-SANDBOX-API-KEY": wrong})
        assert_error(refused, 401, "INVALID_API_KEY")


def test_service_routes_are_open(server: LocalServer) -> None:
    assert httpx.get(f"{server.url}/health").json() == {"status": "healthy"}
    assert set(httpx.get(f"{server.url}/version").json()) == {"version"}


def test_request_id_comes_back_or_is_made(api: Api, server: LocalServer, sandbox: dict[str, Any]) -> None:
    for path in ("/sandboxes", "/nowhere", f"/sandboxes/{sandbox['id']}/proxy/44772/ping"):
        assert api.client.get(path, headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] == "mine"
        made = {api.client.get(path).headers["X-Request-ID"] for _ in range(2)}
        assert len(made) == 2
    refused = httpx.get(f"{server.url}/v1/sandboxes", headers={"X-Request-ID": "mine"})
    assert (refused.status_code, refused.headers["X-Request-ID"]) == (401, "mine")


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com:{port}", "192.0.2.1:{port}", "[", ""])
@pytest.mark.parametrize("path", ["/v1/sandboxes", "/health", "/gateway/a/80/"])
def test_foreign_host_names_are_refused(api: Api, server: LocalServer, host: str, path: str) -> None:
    headers = {"Host": host.format(port=server.port)}
    assert_error(api.client.get(server.url + path, headers=headers), 403, "HOST_NOT_ALLOWED")


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "127.0.0.1", "[::1]:{port}", "app.localhost:{port}", "127.1.2.3"]
)
def test_own_host_names_are_served(api: Api, server: LocalServer, host: str) -> None:
    answer = api.client.get("/sandboxes", headers={"Host": host.format(port=server.port)})
    assert answer.status_code == 200


def test_foreign_web_pages_are_refused(api: Api, server: LocalServer) -> None:
    for origin in ("http://example.com", "null", "http://localhost:1"):
        assert_error(api.client.get("/sandboxes", headers={"Origin": origin}), 403, "ORIGIN_NOT_ALLOWED")
    assert api.client.get("/sandboxes", headers={"Origin": server.url}).status_code == 200
