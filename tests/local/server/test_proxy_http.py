"""HTTP from outside to a program inside: what passes, what is kept back, and what happens when a side leaves."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.local.server.client import Api, assert_error
from tests.local.server.programs import HTTP, HTTP_PORT, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox.local import LocalServer


@pytest.fixture(scope="module")
def inside(server: LocalServer) -> Iterator[tuple[Api, str]]:
    """A sandbox with the HTTP program of the tests on its port."""
    with httpx.Client(
        base_url=f"{server.url}/v1", headers={"OPEN-SANDBOX-API-KEY": server.api_key}, timeout=30
    ) as client:
        api = Api(client)
        sandbox_id = api.create()["id"]
        start(api, sandbox_id, HTTP, HTTP_PORT)
        yield api, sandbox_id
        api.delete_created()


@pytest.fixture(params=[False, True], ids=["gateway", "server proxy"])
def program(inside: tuple[Api, str], request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of that program, by each kind of address."""
    api, sandbox_id = inside
    with api.endpoint(sandbox_id, HTTP_PORT, use_server_proxy=str(request.param).lower()) as client:
        yield client


def test_request_arrives_whole(program: httpx.Client) -> None:
    answer = program.request("PUT", "/a%2Fb%20c?q=%26&r", content=b"body", headers={"X-Mine": "1"})
    assert answer.status_code == 201
    assert answer.headers["X-Custom"] == "kept"
    assert "X-Hop" not in answer.headers
    seen = answer.json()
    assert (seen["method"], seen["path"], seen["body"]) == ("PUT", "/a%2Fb%20c?q=%26&r", "body")
    headers = {name.lower(): value for name, value in seen["headers"]}
    assert headers["x-mine"] == "1"
    assert headers["host"] == f"localhost:{HTTP_PORT}"
    assert headers["x-forwarded-host"] == program.base_url.netloc.decode()
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-request-id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_every_method_passes(program: httpx.Client, method: str) -> None:
    assert program.request(method, "/").json()["method"] == method


def test_secrets_and_claims_stay_outside(program: httpx.Client) -> None:
    kept_back = {
        "OPEN-SANDBOX-API-KEY": "key",
        "X-EXECD-ACCESS-TOKEN": "token",
        "OpenSandbox-Secure-Access": "secret",
        "Forwarded": "for=1.2.3.4",
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Port": "1",
        "X-Real-IP": "1.2.3.4",
        "Connection": "X-Named",
        "X-Named": "1",
        "TE": "trailers",
    }
    seen = {name.lower(): value for name, value in program.get("/", headers=kept_back).json()["headers"]}
    expected = {"x-forwarded-for": "127.0.0.1"}
    assert {name: seen[name] for name in (key.lower() for key in kept_back) if name in seen} == expected


def test_credentials_of_the_api_do_not_pass_through_its_own_address(inside: tuple[Api, str]) -> None:
    api, sandbox_id = inside
    headers = {"Authorization": "Bearer x", "Cookie": "a=b"}
    for through_server, passes in (("true", False), ("false", True)):
        with api.endpoint(sandbox_id, HTTP_PORT, use_server_proxy=through_server) as program:
            seen = {name.lower() for name, _ in program.get("/", headers=headers).json()["headers"]}
        assert ({"authorization", "cookie"} <= seen) is passes
        assert ({"authorization", "cookie"} & seen == set()) is not passes


def test_body_of_unknown_length_passes(program: httpx.Client) -> None:
    answer = program.post("/", content=iter([b"a" * 70000, b"b"]))
    assert answer.json()["body"] == "a" * 70000 + "b"


def test_chunks_pass_as_they_come(program: httpx.Client) -> None:
    with program.stream("GET", "/stream") as answer:
        chunks = answer.iter_raw()
        assert next(chunks) == b"one"
        program.get("/go")
        assert b"".join(chunks) == b"two"


def test_program_learns_that_the_client_left(program: httpx.Client) -> None:
    with program.stream("GET", "/flood") as answer:
        next(answer.iter_raw())
    assert program.get("/gone").text == "yes"


def test_broken_answer_does_not_look_complete(program: httpx.Client) -> None:
    with program.stream("GET", "/broken") as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            list(answer.iter_raw())


def test_no_answer_is_a_bad_gateway(program: httpx.Client) -> None:
    assert_error(program.get("/drop"), 502, "BACKEND_RESPONSE_FAILED", str(HTTP_PORT))


@pytest.mark.parametrize(
    ("location", "rewritten"),
    [
        ("/login?next=/", "{prefix}/login?next=/"),
        (f"http://localhost:{HTTP_PORT}/login", "{prefix}/login"),
        ("login", "login"),
        ("//other.example.com/", "//other.example.com/"),
        ("https://example.com/", "https://example.com/"),
    ],
)
def test_redirects_stay_below_the_proxied_address(
    program: httpx.Client, location: str, rewritten: str
) -> None:
    answer = program.get("/redirect", headers={"X-To": location})
    assert answer.headers["Location"] == rewritten.format(prefix=program.base_url.path.rstrip("/"))


def test_large_transfers_pass_in_both_directions(api: Api, sandbox: dict[str, Any]) -> None:
    content = bytes(range(256)) * 40_000
    with api.endpoint(sandbox["id"]) as execd:
        metadata = ("metadata", json.dumps({"path": "/tmp/large"}), "application/json")
        answer = execd.post("/files/upload", files=[("metadata", metadata), ("file", ("large", content))])
        assert answer.status_code == 200, answer.text
        assert execd.get("/files/download", params={"path": "/tmp/large"}).content == content


def test_nothing_listens(api: Api, sandbox: dict[str, Any]) -> None:
    with api.endpoint(sandbox["id"], 9) as client:
        assert_error(client.get("/"), 502, "BACKEND_CONNECTION_FAILED", "9", sandbox["id"])


def test_killed_sandbox_cuts_its_streams(api: Api, sandbox: dict[str, Any]) -> None:
    started, cut = threading.Event(), threading.Event()

    def follow() -> None:
        with api.endpoint(sandbox["id"]) as execd:
            try:
                with execd.stream("POST", "/command", json={"command": "echo started; sleep 600"}) as answer:
                    for line in answer.iter_lines():
                        if "started" in line:
                            started.set()
            except httpx.RemoteProtocolError:
                cut.set()

    follower = threading.Thread(target=follow)
    follower.start()
    assert started.wait(20)
    assert api.client.delete(f"/sandboxes/{sandbox['id']}").status_code == 204
    assert cut.wait(20)
    follower.join()


def test_same_port_in_two_sandboxes(api: Api) -> None:
    names = {}
    for name in ("one", "two"):
        sandbox_id = api.create()["id"]
        start(api, sandbox_id, HTTP.replace("kept", name), HTTP_PORT)
        with api.endpoint(sandbox_id, HTTP_PORT) as program:
            names[name] = program.get("/").headers["X-Custom"]
    assert names == {"one": "one", "two": "two"}
