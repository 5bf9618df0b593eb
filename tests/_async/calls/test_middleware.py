"""`ConnectionConfig(middleware=[…])` sees every attempt, and `last_response` the head of the last answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox._async.calls.middleware import Send
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import InvalidArgumentException, SandboxException, SandboxNotFoundException
from opensandbox.models import SandboxFilter
from opensandbox.transport import RetryAsyncTransport, RetryPolicy
from tests.support.scripted_server import ScriptedServer, json_answer

pytestmark = pytest.mark.anyio

BUSY = json_answer({"code": "BUSY", "message": "later"}, 503, **{"Retry-After": "0"})
EMPTY = json_answer(
    {
        "items": [],
        "pagination": {"page": 1, "pageSize": 20, "totalItems": 0, "totalPages": 0, "hasNextPage": False},
    },
    **{"X-Request-ID": "req-7"},
)
LIST = "GET /v1/sandboxes"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


class Recorder:
    """Notes the answers that passed, and who was asked in which order."""

    def __init__(self, name: str, seen: list[Any]) -> None:
        self._name = name
        self._seen = seen

    async def __call__(self, request: httpx.Request, send: Send) -> httpx.Response:
        request.headers["X-Seen-By"] = request.headers.get("X-Seen-By", "") + self._name
        response = await send(request)
        self._seen.append((self._name, response.status_code))
        return response


@pytest.mark.parametrize("own", [None, "plain", "retrying"])
async def test_each_attempt_passes_through_in_order(server: ScriptedServer, own: str | None) -> None:
    server.answer(LIST, BUSY, EMPTY)
    seen: list[Any] = []
    more: dict[str, Any] = {}
    inner = httpx.AsyncHTTPTransport()
    if own == "plain":
        more["transport"] = inner
    elif own == "retrying":
        more["transport"] = RetryAsyncTransport(inner, RetryPolicy())
    config = ConnectionConfig(
        domain=server.address, middleware=[Recorder("a", seen), Recorder("b", seen)], **more
    )
    async with await SandboxManager.create(config) as manager:
        assert manager.last_response is None
        if own == "plain":  # it retries nothing
            with pytest.raises(SandboxException, match="later"):
                await manager.list_sandbox_infos(SandboxFilter())
            assert seen == [("b", 503), ("a", 503)]
        await manager.list_sandbox_infos(SandboxFilter())
        last = manager.last_response
    await inner.aclose()
    assert seen == [("b", 503), ("a", 503), ("b", 200), ("a", 200)]
    assert server.requests[0].headers["X-Seen-By"] == "ab"
    assert last is not None
    assert (last.method, last.status_code, last.request_id) == ("GET", 200, "req-7")
    assert last.url == f"http://{server.address}/v1/sandboxes"
    assert last.headers["content-type"] == "application/json"


async def test_middleware_may_answer_itself_or_refuse(server: ScriptedServer) -> None:
    class Spent(SandboxException):
        pass

    async def budget(request: httpx.Request, send: Send) -> httpx.Response:
        if request.method == "DELETE":
            raise Spent("the budget is spent")
        return httpx.Response(404, json={"code": "NOT_FOUND", "message": "not for you"})

    config = ConnectionConfig(domain=server.address, middleware=[budget])
    sandbox = Sandbox("sb-1", connection_config=config)
    with pytest.raises(SandboxNotFoundException, match="not for you"):
        await sandbox.get_info()
    with pytest.raises(Spent, match="spent"):
        await sandbox.kill()
    assert server.requests == []
    assert sandbox.last_response is not None
    assert sandbox.last_response.status_code == 404
    await sandbox.close()


async def test_what_is_no_middleware_is_named(server: ScriptedServer) -> None:
    async def forgetful(request: httpx.Request, send: Send) -> Any:
        await send(request)

    server.answer(LIST, EMPTY)
    config = ConnectionConfig(domain=server.address, middleware=[forgetful])
    async with await SandboxManager.create(config) as manager:
        with pytest.raises(
            InvalidArgumentException, match=r"forgetful' must return an httpx\.Response.*NoneType"
        ):
            await manager.list_sandbox_infos(SandboxFilter())
    with pytest.raises(ValueError, match="middleware"):
        ConnectionConfig(middleware=["log"])
