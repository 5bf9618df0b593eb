"""WebSocket connections from outside to a program inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.local.server.client import Api, until
from tests.local.server.programs import WEBSOCKET, WEBSOCKET_PORT, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.client import ClientConnection

    from opensandbox.local import LocalServer


@pytest.fixture(scope="module")
def inside(server: LocalServer) -> Iterator[tuple[Api, str]]:
    """A sandbox with the WebSocket program of the tests on its port."""
    with httpx.Client(
        base_url=f"{server.url}/v1", headers={"OPEN-SANDBOX-API-KEY": server.api_key}, timeout=30
    ) as client:
        api = Api(client)
        sandbox_id = api.create()["id"]
        start(api, sandbox_id, WEBSOCKET, WEBSOCKET_PORT)
        yield api, sandbox_id
        api.delete_created()


@pytest.fixture(params=["false", "true"], ids=["gateway", "server proxy"])
def url(inside: tuple[Api, str], request: pytest.FixtureRequest) -> str:
    """The address of that program, in each form."""
    api, sandbox_id = inside
    query = {"use_server_proxy": request.param}
    answer = api.client.get(f"/sandboxes/{sandbox_id}/endpoints/{WEBSOCKET_PORT}", params=query).json()
    return f"ws://{answer['endpoint']}"


def test_messages_go_both_ways(url: str) -> None:
    with connect(f"{url}/echo?a=%20") as socket:
        assert socket.recv(10) == "/echo?a=%20"
        for message in ("text ü", b"\x00\xff", "", "x" * 300_000):
            socket.send(message)
            assert socket.recv(10) == message


def test_fragments_are_joined(url: str) -> None:
    with connect(url) as socket:
        socket.recv(10)
        socket.send("fragments")
        assert socket.recv(10) == "gü"


def test_subprotocol_is_the_programs_choice(url: str) -> None:
    with connect(url, subprotocols=["a", "b"]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == "b"


def test_close_of_the_program_arrives(url: str) -> None:
    with connect(url) as socket:
        socket.recv(10)
        socket.send("close")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "enough")


def send_on(socket: ClientConnection, message: str) -> NoReturn:
    while True:
        socket.send(message)


@pytest.mark.parametrize("size", [1, 1000])
def test_client_that_sends_on_is_told_that_the_program_has_closed(url: str, size: int) -> None:
    for _ in range(5):
        with connect(url) as socket:
            socket.recv(10)
            socket.send("close")
            with pytest.raises(ConnectionClosed) as closed:
                send_on(socket, "x" * size)
        assert closed.value.rcvd is not None
        # Input that the program did not read may cost its last word: then its connection counts as lost.
        assert closed.value.rcvd.code in (4001, 1011)


def test_close_of_the_client_arrives(inside: tuple[Api, str], url: str) -> None:
    api, sandbox_id = inside
    api.run(sandbox_id, "rm -f /tmp/close-code")
    with connect(url) as socket:
        socket.recv(10)
        socket.close(4002)
    until(
        lambda: api.run(sandbox_id, "cat /tmp/close-code 2>/dev/null") == "4002",
        "the program saw the close code",
    )


def test_lost_connection_is_an_error_to_the_client(url: str) -> None:
    with connect(url) as socket:
        socket.recv(10)
        socket.send("drop")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011


def test_refused_handshake_keeps_its_answer(url: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{url}/refuse")
    assert refused.value.response.status_code == 403
    assert refused.value.response.body == b"no\n"


def test_nothing_listens(inside: tuple[Api, str], server: LocalServer) -> None:
    _, sandbox_id = inside
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{server.domain}/gateway/{sandbox_id}/9/")
    assert refused.value.response.status_code == 502


def test_there_is_no_websocket_elsewhere(server: LocalServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{server.domain}/v1/sandboxes")
    assert refused.value.response.status_code == 404
