# Generated from tests/_async/calls/test_middleware.py by scripts/unasync.py. Do not edit.
"""`ConnectionConfigSync(middleware=[…])` sees every attempt, and `last_response` the head of the last answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox._sync.calls.middleware import Send
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import InvalidArgumentException, SandboxException, SandboxNotFoundException
from opensandbox.models import SandboxFilter
from opensandbox.transport import RetryPolicy, RetrySyncTransport
from tests.support.scripted_server import ScriptedServer, json_answer

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

    def __call__(self, request: httpx.Request, send: Send) -> httpx.Response:
        request.headers["X-Seen-By"] = request.headers.get("X-Seen-By", "") + self._name
        response = send(request)
        self._seen.append((self._name, response.status_code))
        return response


@pytest.mark.parametrize("own", [None, "plain", "retrying"])
def test_each_attempt_passes_through_in_order(server: ScriptedServer, own: str | None) -> None:
    server.answer(LIST, BUSY, EMPTY)
    seen: list[Any] = []
    more: dict[str, Any] = {}
    inner = httpx.HTTPTransport()
    if own == "plain":
        more["transport"] = inner
    elif own == "retrying":
        more["transport"] = RetrySyncTransport(inner, RetryPolicy())
    config = ConnectionConfigSync(
        domain=server.address, middleware=[Recorder("a", seen), Recorder("b", seen)], **more
    )
    with SandboxManagerSync.create(config) as manager:
        assert manager.last_response is None
        if own == "plain":  # it retries nothing
            with pytest.raises(SandboxException, match="later"):
                manager.list_sandbox_infos(SandboxFilter())
            assert seen == [("b", 503), ("a", 503)]
        manager.list_sandbox_infos(SandboxFilter())
        last = manager.last_response
    inner.close()
    assert seen == [("b", 503), ("a", 503), ("b", 200), ("a", 200)]
    assert server.requests[0].headers["X-Seen-By"] == "ab"
    assert last is not None
    assert (last.method, last.status_code, last.request_id) == ("GET", 200, "req-7")
    assert last.url == f"http://{server.address}/v1/sandboxes"
    assert last.headers["content-type"] == "application/json"


def test_middleware_may_answer_itself_or_refuse(server: ScriptedServer) -> None:
    class Spent(SandboxException):
        pass

    def budget(request: httpx.Request, send: Send) -> httpx.Response:
        if request.method == "DELETE":
            raise Spent("the budget is spent")
        return httpx.Response(404, json={"code": "NOT_FOUND", "message": "not for you"})

    config = ConnectionConfigSync(domain=server.address, middleware=[budget])
    sandbox = SandboxSync("sb-1", connection_config=config)
    with pytest.raises(SandboxNotFoundException, match="not for you"):
        sandbox.get_info()
    with pytest.raises(Spent, match="spent"):
        sandbox.kill()
    assert server.requests == []
    assert sandbox.last_response is not None
    assert sandbox.last_response.status_code == 404
    sandbox.close()


def test_what_is_no_middleware_is_named(server: ScriptedServer) -> None:
    def forgetful(request: httpx.Request, send: Send) -> Any:
        send(request)

    server.answer(LIST, EMPTY)
    config = ConnectionConfigSync(domain=server.address, middleware=[forgetful])
    with SandboxManagerSync.create(config) as manager:
        with pytest.raises(
            InvalidArgumentException, match=r"forgetful' must return an httpx\.Response.*NoneType"
        ):
            manager.list_sandbox_infos(SandboxFilter())
    with pytest.raises(ValueError, match="middleware"):
        ConnectionConfigSync(middleware=["log"])
