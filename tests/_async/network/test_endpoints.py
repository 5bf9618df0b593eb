"""Ports of a sandbox: which way they are reached, what goes along, and what does not."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from opensandbox import Sandbox
from opensandbox.exceptions import InvalidArgumentException, SandboxException, SandboxTimeoutException
from opensandbox.models import DiagnosticContent, EndpointRoute
from tests._async.attaching import API_KEY, BOX, attach
from tests.support.deployment import TOKEN, Deployment
from tests.support.faults import HOLD, FaultServer, Request, answer, head

pytestmark = pytest.mark.anyio
A_LINK = pytest.mark.off_contract(reason="a text may be kept anywhere")

LOOKUP = f"/v1/sandboxes/{BOX}/endpoints/8000"


@pytest.fixture
async def sandbox(deployment: Deployment) -> AsyncIterator[Sandbox]:
    async with await attach(deployment) as sandbox:
        yield sandbox


@pytest.fixture
def elsewhere() -> Any:
    """A host that has nothing to do with the deployment."""
    with FaultServer() as server:
        server.app = lambda request: answer(200, b"from elsewhere", content_type="text/plain")
        yield server


def sent(deployment: Deployment, path: str) -> list[Request]:
    return [request for request in deployment.requests if request.path == path]


@pytest.mark.parametrize(
    ("route", "query"),
    [
        (None, "use_server_proxy=false"),
        (EndpointRoute.direct(), "use_server_proxy=false"),
        (EndpointRoute.through_server(), "use_server_proxy=true"),
        (EndpointRoute.signed(1900000000), "use_server_proxy=false&expires=1900000000"),
    ],
    ids=str,
)
async def test_each_route_asks_for_its_own_address(
    deployment: Deployment, sandbox: Sandbox, route: EndpointRoute | None, query: str
) -> None:
    assert (await sandbox.get_endpoint(8000, route)).endpoint.endswith(f"/at/{BOX}/8000")
    (lookup,) = sent(deployment, LOOKUP)
    assert sorted(lookup.target.partition("?")[2].split("&")) == sorted(query.split("&"))


async def test_a_sandbox_that_is_let_go_leaves_nothing_to_the_garbage_collector(
    deployment: Deployment,
) -> None:
    sandbox = await attach(deployment)
    await sandbox.check_ready(10, 0.1)
    await sandbox.renew(600)
    await sandbox.close()
    gone = weakref.ref(sandbox)
    gc.disable()
    try:
        del sandbox
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("configured", [False, True])
@pytest.mark.parametrize(
    ("route", "keyed"),
    [
        (EndpointRoute.direct(), False),
        (EndpointRoute.through_server(), True),
        (EndpointRoute.signed(1900000000), False),
    ],
    ids=str,
)
async def test_headers_follow_the_route_whatever_is_configured(
    deployment: Deployment, route: EndpointRoute, keyed: bool, configured: bool
) -> None:
    async with await attach(deployment, use_server_proxy=configured) as sandbox:
        for _ in range(2):  # looked up, then remembered
            endpoint = await sandbox.get_endpoint(8000, route)
            headers = endpoint.build_request_headers(sandbox.connection_config)
            assert headers.get("OPEN-SANDBOX-API-KEY") == (API_KEY if keyed else None)
            assert headers["X-EXECD-ACCESS-TOKEN"] == TOKEN


async def test_a_signature_is_never_dropped_silently(deployment: Deployment) -> None:
    async with await attach(deployment, use_server_proxy=True) as sandbox:
        with pytest.raises(InvalidArgumentException, match=r"EndpointRoute\.signed") as caught:
            await sandbox.get_signed_endpoint(8000, 1900000000)
        assert "use_server_proxy" in str(caught.value)
        assert sent(deployment, LOOKUP) == []
        await sandbox.get_endpoint(8000, EndpointRoute.signed(1900000000))
    assert "expires=1900000000" in sent(deployment, LOOKUP)[0].target


@pytest.mark.parametrize(
    "make",
    [
        lambda: EndpointRoute("server", 1900000000),
        lambda: EndpointRoute("direct", 1900000000),
        lambda: EndpointRoute("signed"),
        lambda: EndpointRoute("tunnel"),
    ],
)
def test_there_is_no_route_that_is_signed_and_something_else(make: Any) -> None:
    with pytest.raises(InvalidArgumentException):
        make()


async def test_only_an_address_that_works_by_itself_is_a_url(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    with pytest.raises(InvalidArgumentException, match=r"sandbox\.http"):
        await sandbox.url(8000)
    bare = answer(200, {"endpoint": "gateway.example.com/box/8000/ttyo9s/0123abcdk"})
    deployment.script(f"GET {LOOKUP}", [bare], [bare])
    link = await sandbox.url(8000, EndpointRoute.signed(1900000000))
    assert link == "http://gateway.example.com/box/8000/ttyo9s/0123abcdk"
    with pytest.raises(InvalidArgumentException):
        await sandbox.url(8000, EndpointRoute.through_server())


async def test_a_client_for_a_port_is_pointed_at_it_and_let_in(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    async with sandbox.http(8000) as client:
        response = await client.get("/page", params={"a": "b"})
    (request,) = sent(deployment, f"/at/{BOX}/8000/page")
    assert request.target.endswith("/page?a=b")
    assert request.headers["x-execd-access-token"] == TOKEN
    assert "open-sandbox-api-key" not in request.headers
    # The small deployment has no such page: the program's own word comes back, as httpx has it.
    assert response.status_code == 404


async def test_the_api_key_goes_along_through_the_server_alone(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    async with sandbox.http(8000, EndpointRoute.through_server()) as client:
        await client.get("page")
    assert sent(deployment, f"/at/{BOX}/8000/page")[0].headers["open-sandbox-api-key"] == API_KEY


async def test_what_lets_in_goes_to_no_other_address(
    deployment: Deployment, sandbox: Sandbox, elsewhere: FaultServer
) -> None:
    away = head(302, location=f"http://{elsewhere.address}/landing", content_length=0)
    deployment.script(f"GET /at/{BOX}/8000/away", [away])
    async with sandbox.http(8000, EndpointRoute.through_server()) as client:
        assert (await client.get("/away")).status_code == 302
        deployment.script(f"GET /at/{BOX}/8000/away", [away])
        assert (await client.get("/away", follow_redirects=True)).text == "from elsewhere"
        await client.get(f"http://{deployment.address}/at/other/8000/page")
        await client.get(f"http://{deployment.address}/at/{BOX}/8000/../../other/8000/page")
    others = [request for request in deployment.requests if "/at/other/" in request.path]
    assert len(others) >= 1
    for request in [*elsewhere.requests, *others]:
        assert "x-execd-access-token" not in request.headers
        assert "open-sandbox-api-key" not in request.headers


async def test_the_client_closes_itself_and_not_the_connections(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    async with sandbox.http(8000) as client:
        await client.get("/page")
    assert client.is_closed
    connections = deployment.open
    assert (await sandbox.commands.run("make")).exit_code == 0
    assert deployment.open == connections


async def test_a_client_waits_for_a_program_no_longer_than_configured(deployment: Deployment) -> None:
    deployment.script(f"GET /at/{BOX}/8000/slow", [HOLD])
    async with await attach(deployment) as sandbox:
        await sandbox.get_endpoint(8000)
        sandbox.connection_config.request_timeout = timedelta(seconds=0.2)
        async with sandbox.http(8000) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/slow")


async def test_answers_of_a_program_are_not_repeated(deployment: Deployment) -> None:
    from opensandbox.transport import RetryPolicy

    deployment.script(f"GET /at/{BOX}/8000/busy", [answer(503, {})])
    attached = await attach(deployment, retry_policy=RetryPolicy())
    async with attached as sandbox, sandbox.http(8000) as client:
        assert (await client.get("/busy")).status_code == 503
    assert len(sent(deployment, f"/at/{BOX}/8000/busy")) == 1


# Diagnostics that are delivered by link


def linked(address: str, content_type: str = "text/plain; charset=utf-8") -> DiagnosticContent:
    return DiagnosticContent(
        sandbox_id=BOX,
        kind="logs",
        scope="container",
        delivery="url",
        content_type=content_type,
        truncated=False,
        content_url=address,
    )


async def test_inline_text_needs_no_request(deployment: Deployment, sandbox: Sandbox) -> None:
    deployment.requests.clear()
    content = linked("").model_copy(update={"delivery": "inline", "content": "text"})
    assert await sandbox.diagnostics.fetch(content) == "text"
    assert deployment.requests == []


@A_LINK
async def test_a_link_to_another_host_is_followed_without_the_key(
    sandbox: Sandbox, elsewhere: FaultServer
) -> None:
    address = f"http://{elsewhere.address}/store/log?signature=abc"
    assert await sandbox.diagnostics.fetch(linked(address)) == "from elsewhere"
    (request,) = elsewhere.requests
    assert request.target == "/store/log?signature=abc"
    assert "open-sandbox-api-key" not in request.headers


@A_LINK
@pytest.mark.parametrize("relative", [False, True])
async def test_a_link_to_the_server_itself_is_followed_with_the_key(
    deployment: Deployment, sandbox: Sandbox, relative: bool
) -> None:
    deployment.script("GET /v1/texts/1", [answer(200, "grüße".encode("latin-1"), content_type="text/plain")])
    address = "texts/1" if relative else f"http://{deployment.address}/v1/texts/1"
    content = linked(address, "text/plain; charset=iso-8859-1")
    assert await sandbox.diagnostics.fetch(content) == "grüße"
    assert sent(deployment, "/v1/texts/1")[0].headers["open-sandbox-api-key"] == API_KEY


@A_LINK
@pytest.mark.parametrize("path", ["/texts/1", "/v1x/texts", "/v1/../at/box/8000", "/v1/%2e%2e/at"])
async def test_other_paths_of_the_same_host_get_no_key(
    deployment: Deployment, sandbox: Sandbox, path: str
) -> None:
    deployment.app = lambda request: answer(200, b"text", content_type="text/plain")
    deployment.requests.clear()
    assert await sandbox.diagnostics.fetch(linked(f"http://{deployment.address}{path}")) == "text"
    assert "open-sandbox-api-key" not in deployment.requests[0].headers


@A_LINK
async def test_a_redirect_does_not_take_the_key_along(deployment: Deployment, elsewhere: FaultServer) -> None:
    away = head(302, location=f"http://{elsewhere.address}/log", content_length=0)
    deployment.script("GET /v1/texts/1", [away])
    async with await attach(deployment, follow_redirects=True) as sandbox:
        with pytest.raises(SandboxException):
            await sandbox.diagnostics.fetch(linked(f"http://{deployment.address}/v1/texts/1"))
    assert elsewhere.requests == []


@A_LINK
async def test_a_link_that_hangs_or_leads_nowhere_is_told(deployment: Deployment) -> None:
    deployment.script("GET /v1/texts/1", [HOLD])
    async with await attach(deployment, request_timeout=0.3) as sandbox:
        with pytest.raises(SandboxTimeoutException):
            await sandbox.diagnostics.fetch(linked("texts/1"))
        with pytest.raises(InvalidArgumentException, match="neither text nor a link"):
            await sandbox.diagnostics.fetch(linked(""))
