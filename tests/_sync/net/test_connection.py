# Generated from tests/_async/net/test_connection.py by scripts/unasync.py. Do not edit.
"""Our HTTP/1.1 connection against raw answers: content, end, reuse, mistakes, and what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from opensandbox._sync.net.connection import MAX_HEAD, READ_SIZE
from opensandbox._sync.net.transports import RoutingTransport, settings_of
from opensandbox.config import ConnectionConfigSync
from tests.support.faults import (
    BEFORE_BODY,
    FIN,
    FIN_ON_NEXT,
    HOLD,
    RST,
    Act,
    Drip,
    FaultServer,
    Gate,
    Step,
    answer,
    chunk,
    head,
)
from tests.support.waiting import until

CHUNKED = head(200, transfer_encoding="chunked")
CHUNKS = chunk(b"abc") + chunk(b"d") + chunk(b"")
NEXT = answer(200, b"next")
PLACE = "/place"
SERVER_TIMEOUT = {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@contextmanager
def opened(**limits: Any) -> Iterator[RoutingTransport]:
    """Lend a transport."""
    settings = settings_of(ConnectionConfigSync(trust_env=False))
    transport = RoutingTransport(settings, httpx.Limits(keepalive_expiry=60.0, **limits))
    try:
        yield transport
    finally:
        transport.close()


def request_for(server: FaultServer, method: str = "GET", **more: Any) -> httpx.Request:
    timeout = {**SERVER_TIMEOUT, **more.pop("timeout", {})}
    url = f"http://{server.address}{PLACE}"
    return httpx.Request(method, url, extensions={"timeout": timeout}, **more)


def sent(
    transport: httpx.BaseTransport, server: FaultServer, method: str = "GET", **more: Any
) -> httpx.Response:
    """Send a request and read its answer to the end."""
    response = transport.handle_request(request_for(server, method, **more))
    try:
        response.read()
    finally:
        response.close()
    return response


def is_idle(transport: RoutingTransport, server: FaultServer) -> bool:
    """Return whether one connection is kept; otherwise see that it is closed."""
    (pool,) = (each.connections for each in transport._pools.values())
    assert not pool.in_use
    if not pool.idle:
        until(lambda: server.connections > 0 and server.open == 0)
    return bool(pool.idle)


ANSWERS: dict[str, tuple[str, list[Step], bytes, bool]] = {
    # method, script, content, whether the connection is used again
    "counted": ("GET", [head(200, content_length=3) + b"abc"], b"abc", True),
    "counted, empty": ("GET", [head(200, content_length=0)], b"", True),
    "counted, twice the same": ("GET", [head(200, content_length="3, 3") + b"abc"], b"abc", True),
    "in chunks": ("GET", [CHUNKED + CHUNKS], b"abcd", True),
    "in no chunks": ("GET", [CHUNKED + chunk(b"")], b"", True),
    "chunks with extensions": ("GET", [CHUNKED + b'3;a="b"\r\nabc\r\n0;last\r\n\r\n'], b"abc", True),
    "chunks with trailers": (
        "GET",
        [CHUNKED + b"3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"],
        b"abc",
        True,
    ),
    "until the end": ("GET", [head(200), b"abc", b"d", FIN], b"abcd", False),
    "until the end, empty": ("GET", [head(200), FIN], b"", False),
    "to HEAD": ("HEAD", [head(200, content_length=3)], b"", True),
    "to HEAD, chunked": ("HEAD", [CHUNKED], b"", True),
    "no content": ("DELETE", [head(204)], b"", True),
    "not modified": ("GET", [head(304, content_length=3)], b"", True),
    "provisional first": ("GET", [head(100) + head(103, link="<a>") + NEXT], b"next", True),
    "closes": ("GET", [head(200, content_length=3, connection="close") + b"abc", FIN], b"abc", False),
    "closes after chunks": (
        "GET",
        [head(200, transfer_encoding="chunked", connection="x, Close") + CHUNKS],
        b"abcd",
        False,
    ),
    "HTTP/1.0": ("GET", [b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", FIN], b"abc", False),
    "more than was asked for": ("GET", [head(200, content_length=3) + b"abc" + NEXT], b"abc", False),
    "more behind chunks": ("GET", [CHUNKED + CHUNKS + NEXT], b"abcd", False),
    "more behind no body": ("HEAD", [head(200, content_length=3) + b"abc"], b"", False),
    "without a reason": ("GET", [b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc"], b"abc", True),
}


@pytest.mark.parametrize(("method", "script", "content", "reused"), ANSWERS.values(), ids=ANSWERS)
def test_answer_is_read_to_its_end(
    server: FaultServer, method: str, script: list[Step], content: bytes, reused: bool
) -> None:
    server.script(f"{method} {PLACE}", script)
    server.script(f"GET {PLACE}", *[[NEXT]] if method != "GET" else [])
    with opened() as transport:
        assert (sent(transport, server, method)).content == content
        assert is_idle(transport, server) is reused


@pytest.mark.parametrize(("method", "script", "content", "reused"), ANSWERS.values(), ids=ANSWERS)
def test_answer_may_come_byte_by_byte(
    server: FaultServer, method: str, script: list[Step], content: bytes, reused: bool
) -> None:
    data = b"".join(step for step in script if isinstance(step, bytes))
    rest = [step for step in script if not isinstance(step, bytes)]
    server.script(f"{method} {PLACE}", [Drip(data), *rest])
    with opened() as transport:
        assert (sent(transport, server, method)).content == content


def test_next_request_takes_the_same_connection(server: FaultServer) -> None:
    server.always(f"GET {PLACE}", [CHUNKED + CHUNKS])
    with opened() as transport:
        for _ in range(3):
            assert (sent(transport, server)).content == b"abcd"
    assert server.connections == 1
    until(lambda: server.open == 0)


def test_head_is_told_as_it_came(server: FaultServer) -> None:
    server.script(
        f"GET {PLACE}",
        [b"HTTP/1.1 418 I'm a teapot\r\nX-Mixed: a\r\nx-mixed: b\r\nContent-Length: 0\r\n\r\n"],
    )
    with opened() as transport:
        response = sent(transport, server)
    assert (response.status_code, response.reason_phrase, response.http_version) == (
        418,
        "I'm a teapot",
        "HTTP/1.1",
    )
    assert response.headers.raw[:2] == [(b"X-Mixed", b"a"), (b"x-mixed", b"b")]


MISTAKES: dict[str, list[Step]] = {
    "no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    "another version": [b"HTTP/2 200 OK\r\n\r\n"],
    "a status that is none": [b"HTTP/1.1 abc OK\r\n\r\n"],
    "a header without a colon": [b"HTTP/1.1 200 OK\r\nServer\r\n\r\n"],
    "a header with a zero": [b"HTTP/1.1 200 OK\r\nServer: \x00\r\n\r\n"],
    "an endless head": [b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * MAX_HEAD],
    "an endless line": [b"HTTP/1.1 200 OK\r\nX: " + b"1" * 2 * MAX_HEAD],
    "two lengths": [b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"],
    "a length that is none": [head(200, content_length="three") + b"abc"],
    "a negative length": [head(200, content_length=-3) + b"abc"],
    "another transfer encoding": [head(200, transfer_encoding="gzip, chunked") + CHUNKS],
    "a switch that nobody asked for": [head(101, connection="upgrade", upgrade="other")],
    "provisional answers without end": [head(102) * 200],
    "nothing": [FIN],
    "half a head": [b"HTTP/1.1 200 OK\r\nContent-Le", FIN],
    "less than was announced": [head(200, content_length=3), b"ab", FIN],
    "no last chunk": [CHUNKED + chunk(b"abc"), FIN],
    "half a chunk": [CHUNKED + b"3\r\nab", FIN],
    "half a trailer": [CHUNKED + b"0\r\nX-Sum", FIN],
    "a size that is none": [CHUNKED + b"xyz\r\nabc\r\n"],
    "a negative size": [CHUNKED + b"-3\r\nabc\r\n"],
    "a size that is too long": [CHUNKED + b"1" * 21 + b"\r\nabc\r\n"],
    "a chunk that is longer than its size": [CHUNKED + b"2\r\nabc\r\n0\r\n\r\n"],
    "an endless size": [CHUNKED + b"0" * READ_SIZE],
    "an endless extension": [CHUNKED + b"1;" + b"x" * READ_SIZE],
    "endless trailers": [CHUNKED + b"0\r\n" + b"X-Sum: 1\r\n" * READ_SIZE],
    "a trailer that is none": [CHUNKED + b"0\r\nno trailer\r\n\r\n"],
}


@pytest.mark.parametrize("script", MISTAKES.values(), ids=MISTAKES)
def test_mistake_of_a_server_ends_the_connection(server: FaultServer, script: list[Step]) -> None:
    server.script(f"GET {PLACE}", [*script, HOLD])
    with opened() as transport:
        with pytest.raises(httpx.RemoteProtocolError):
            sent(transport, server)
        assert not is_idle(transport, server)


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 2", head(200, content_length=9) + b"abc", CHUNKED + b"3\r\na"]
)
def test_reset_is_an_error_wherever_it_comes(server: FaultServer, begun: bytes) -> None:
    server.script(f"GET {PLACE}", [begun, RST])
    with opened() as transport:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            sent(transport, server)
        assert not is_idle(transport, server)


def test_reset_does_not_end_a_body_without_length(server: FaultServer) -> None:
    gate = Gate()
    server.script(f"GET {PLACE}", [head(200), b"abc", gate, RST])
    with opened() as transport:
        response = transport.handle_request(request_for(server))
        pieces = response.iter_bytes()
        assert next(pieces) == b"abc"
        gate.open()
        with pytest.raises(httpx.ReadError):
            next(pieces)
        response.close()
        assert not is_idle(transport, server)


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 2", head(200, content_length=9) + b"abc", CHUNKED + b"3\r\na"]
)
def test_silence_ends_in_time(server: FaultServer, begun: bytes) -> None:
    server.script(f"GET {PLACE}", [begun, HOLD])
    with opened() as transport:
        with pytest.raises(httpx.ReadTimeout):
            sent(transport, server, timeout={"read": 0.1})
        assert not is_idle(transport, server)


def test_answer_that_is_left_early_closes_its_connection(server: FaultServer) -> None:
    server.script(f"GET {PLACE}", [head(200, content_length=9), b"abc", HOLD])
    with opened() as transport:
        response = transport.handle_request(request_for(server))
        response.close()
        assert not is_idle(transport, server)


def test_answer_is_closed_once(server: FaultServer) -> None:
    server.always(f"GET {PLACE}", [NEXT])
    with opened() as transport:
        first = transport.handle_request(request_for(server))
        first.read()
        first.close()
        second = transport.handle_request(request_for(server))
        # The connection serves another exchange by now, and the first one has no say in it.
        first.stream.close()
        with pytest.raises(httpx.StreamClosed):
            next(first.stream.__iter__())
        assert second.read() == b"next"
        second.close()
    assert server.connections == 1


def test_connection_that_the_server_has_closed_is_not_used(server: FaultServer) -> None:
    server.script(f"GET {PLACE}", [NEXT, FIN], [NEXT])
    with opened() as transport:
        sent(transport, server)
        (pool,) = (each.connections for each in transport._pools.values())
        until(lambda: pool.idle[0].has_gone_away())
        sent(transport, server)
    assert server.connections == 2


def test_request_that_dies_with_an_idle_connection_is_told(server: FaultServer) -> None:
    # Whether it is sent again is for the retrying transport to say.
    server.script(f"GET {PLACE}", [NEXT, FIN_ON_NEXT])
    with opened() as transport:
        sent(transport, server)
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            sent(transport, server)


def test_closing_the_transport_ends_what_is_under_way(server: FaultServer) -> None:
    server.script(f"GET {PLACE}", [head(200, content_length=9), b"abc", HOLD])
    with opened() as transport:
        response = transport.handle_request(request_for(server))
        transport.close()
        until(lambda: server.open == 0)
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            response.read()
        response.close()


@pytest.mark.parametrize("end", [FIN, RST])
def test_answer_that_comes_before_the_request_was_read_counts(server: FaultServer, end: Act) -> None:
    server.script(f"PUT {PLACE}", [BEFORE_BODY, answer(413, b"too large"), end])

    def body() -> Iterator[bytes]:
        for _ in range(64):
            yield bytes(1 << 20)

    with opened() as transport:
        try:
            response = sent(transport, server, "PUT", content=body())
        except httpx.ReadError:
            assert end is RST, "a reset takes what the client has not read yet"
        else:
            assert (response.status_code, response.content) == (413, b"too large")
        (pool,) = (each.connections for each in transport._pools.values())
        assert not pool.in_use


def test_request_that_nobody_reads_ends_in_time(server: FaultServer) -> None:
    gate = Gate(deaf=True)
    server.script(f"PUT {PLACE}", [BEFORE_BODY, gate])

    def body() -> Iterator[bytes]:
        while True:
            yield bytes(1 << 20)

    with opened() as transport:
        with pytest.raises(httpx.WriteTimeout):
            sent(transport, server, "PUT", content=body(), timeout={"write": 0.1})
        gate.open()
        assert not is_idle(transport, server)


def test_body_of_a_request_is_counted(server: FaultServer) -> None:
    with opened() as transport:
        for number, (length, complaint) in enumerate([("2", "Too much data"), ("9", "Too little data")], 1):
            with pytest.raises(httpx.LocalProtocolError, match=complaint):
                sent(transport, server, "PUT", content=b"abc", headers={"Content-Length": length})
            until(lambda number=number: server.connections == number)
            assert not is_idle(transport, server)


def test_body_of_a_request_goes_out_in_chunks(server: FaultServer) -> None:
    server.always(f"PUT {PLACE}", [NEXT])

    def body() -> Iterator[bytes]:
        for piece in (b"one", b"", b"two"):
            yield piece

    with opened() as transport:
        sent(transport, server, "PUT", content=body())
        sent(transport, server, "PUT", content=b"small")
        sent(transport, server, "PUT", content=bytes(1 << 20))
    assert [request.body for request in server.requests] == [b"onetwo", b"small", bytes(1 << 20)]
    assert server.connections == 1


def test_failure_of_the_body_of_a_request_passes_unchanged(server: FaultServer) -> None:
    def body() -> Iterator[bytes]:
        yield b"some"
        raise OSError("the disk is gone")

    with opened() as transport:
        with pytest.raises(OSError, match="the disk is gone"):
            sent(transport, server, "PUT", content=body())
        assert not is_idle(transport, server)


def test_request_that_cannot_be_sent_is_told(server: FaultServer) -> None:
    with opened() as transport:
        with pytest.raises(httpx.LocalProtocolError):
            sent(transport, server, headers={"X-Broken": "a\r\nb"})
        assert not is_idle(transport, server)
        with pytest.raises(httpx.UnsupportedProtocol, match="ftp"):
            transport.handle_request(httpx.Request("GET", "ftp://example.com/"))


def test_another_protocol_begins_with_what_came_with_the_head(server: FaultServer) -> None:
    server.script(f"GET {PLACE}", [head(101, connection="upgrade", upgrade="echo") + b"hello", HOLD])
    with opened() as transport:
        headers = {"Connection": "upgrade", "Upgrade": "echo"}
        response = transport.handle_request(request_for(server, headers=headers))
        assert response.status_code == 101
        stream = response.extensions["network_stream"]
        assert stream.read(3) == b"hel"
        assert stream.read(100) == b"lo"
        stream.write(b"more")
        response.close()
        assert not is_idle(transport, server)


def test_switch_that_is_declined_is_an_answer(server: FaultServer) -> None:
    server.script(f"GET {PLACE}", [NEXT])
    with opened() as transport:
        headers = {"Connection": "upgrade", "Upgrade": "echo"}
        assert (sent(transport, server, headers=headers)).content == b"next"
        assert is_idle(transport, server)


def test_limit_of_connections_is_kept(server: FaultServer) -> None:
    server.always(f"GET {PLACE}", [NEXT])
    with opened(max_connections=1) as transport:
        first = transport.handle_request(request_for(server))
        with pytest.raises(httpx.PoolTimeout):
            sent(transport, server, timeout={"pool": 0.05})
        first.read()
        first.close()
        assert (sent(transport, server, timeout={"pool": 0.05})).content == b"next"
    assert server.connections == 1


def test_idle_connection_makes_room_for_another_place(server: FaultServer) -> None:
    server.always(f"GET {PLACE}", [NEXT])
    with FaultServer() as other:
        other.always(f"GET {PLACE}", [NEXT])
        with opened(max_connections=1) as transport:
            for each in (server, other, server):
                assert (sent(transport, each)).content == b"next"
        assert (server.connections, other.connections) == (2, 1)


def test_failed_connection_gives_its_slot_back(server: FaultServer) -> None:
    server.always(f"GET {PLACE}", [NEXT])
    with FaultServer() as gone:
        address = gone.address
    with opened(max_connections=1) as transport:
        for _ in range(2):
            with pytest.raises(httpx.ConnectError):
                transport.handle_request(httpx.Request("GET", f"http://{address}/"))
        assert (sent(transport, server)).content == b"next"
