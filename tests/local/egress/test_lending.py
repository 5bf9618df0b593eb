"""Credentials on their way: which requests get them, and who never sees them."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import pytest
from websockets.asyncio.client import connect as websocket

from opensandbox.local.egress.gateway import Gateway
from tests.local.egress.conftest import ALLOW_EXAMPLE, proxied
from tests.local.egress.proxying import Proxied, client_hello
from tests.local.egress.upstreams import Internet, websocket_upstream

pytestmark = pytest.mark.anyio

SECRET = "s3cret-t0ken-1234567"
BEARER = {"type": "bearer", "credential": "token"}


def substitution(*places: str) -> dict[str, Any]:
    return {
        "type": "passthrough",
        "substitutions": [{"credential": "token", "placeholder": "PLACEHOLDER", "in": list(places)}],
    }


async def test_a_matching_request_gets_its_credential(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER, paths=["/v1/*"])
    async with proxy.client(proxy.context(net.authority)) as client:
        answer = await client.get("https://api.example.com/v1/x", headers={"Authorization": "Bearer mine"})
        assert answer.text == "hello"
        assert net.web.last().all("authorization") == [f"Bearer {SECRET}"]
        assert net.web.last().get("host") == "api.example.com"
        await client.get("https://api.example.com/v2/x", headers={"Authorization": "Bearer mine"})
        assert net.web.last().all("authorization") == ["Bearer mine"]
        await client.options("https://api.example.com/v1/x")
        assert net.web.last().get("authorization") is None
        await client.get("https://deep.api.example.com/v1/x")
        assert net.web.last().get("authorization") is None


async def test_hosts_without_a_binding_are_not_looked_into(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER)
    async with proxy.client(ssl.create_default_context(cafile=net.authority)) as client:
        assert (await client.get("https://web.example.com/")).text == "hello"


async def test_plain_http_gets_credentials_only_when_the_binding_says_so(
    proxy: Proxied, net: Internet
) -> None:
    proxy.create_vault(SECRET, BEARER, hosts=["plain.example.com"], schemes=["http"])
    async with proxy.client() as client:
        await client.get("http://plain.example.com/")
        assert net.plain.last().get("authorization") == f"Bearer {SECRET}"
        await client.get("http://plain.example.com:8080/")
        assert net.plain.last().get("authorization") is None
    reader, writer = await proxy.tunnel("plain.example.com:80")
    writer.write(b"GET / HTTP/1.1\r\nHost: plain.example.com\r\nConnection: close\r\n\r\n")
    assert (await reader.read()).endswith(b"hello")
    assert net.plain.last().get("authorization") == f"Bearer {SECRET}"


async def test_placeholders_are_replaced_where_the_binding_says(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, substitution("path", "query", "header", "body"))
    async with proxy.client() as client:
        await client.post(
            "https://api.example.com/a/PLACEHOLDER?q=PLACEHOLDER",
            headers={"X-Token": "t=PLACEHOLDER", "X-Other": "placeholder"},
            json={"token": "PLACEHOLDER"},
        )
    seen = net.web.last()
    assert seen.path == f"/a/{SECRET}?q={SECRET}"
    assert (seen.get("x-token"), seen.get("x-other")) == (f"t={SECRET}", "placeholder")
    assert json.loads(seen.body) == {"token": SECRET}
    assert seen.get("content-length") == str(len(seen.body))


async def test_a_chunked_body_is_replaced_as_a_whole(proxy: Proxied, net: Internet) -> None:
    async def body() -> Any:
        for piece in (b"PLACE", b"HOLDER", b" rest"):
            yield piece

    proxy.create_vault(SECRET, substitution("body"))
    async with proxy.client() as client:
        await client.put("https://api.example.com/", content=body(), headers={"Content-Type": "text/plain"})
        assert net.web.last().body == f"{SECRET} rest".encode()
        assert net.web.last().get("transfer-encoding") is None
        await client.put(
            "https://api.example.com/", content=b"PLACEHOLDER", headers={"Content-Encoding": "br"}
        )
        assert net.web.last().body == b"PLACEHOLDER"
        large = b"PLACEHOLDER" + b"x" * (9 << 20)
        await client.put("https://api.example.com/", content=large)
        assert net.web.last().body == large


async def test_a_secret_that_comes_back_is_masked(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER | {"substitutions": substitution("body")["substitutions"]})
    async with proxy.client() as client:
        answer = await client.post("https://api.example.com/echo", content=b"PLACEHOLDER")
    assert net.web.last().get("authorization") == f"Bearer {SECRET}"
    assert SECRET not in answer.text + str(answer.headers)
    assert answer.headers["x-echo"] == "Bearer " + "*" * len(SECRET)
    assert answer.json()["body"] == "*" * len(SECRET)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_an_answer_that_is_compressed_unasked_is_read(
    proxy: Proxied, net: Internet, coding: str
) -> None:
    proxy.create_vault(SECRET, BEARER)
    async with proxy.client() as client:
        answer = await client.get(f"https://api.example.com/{coding}")
    assert "content-encoding" not in answer.headers
    shown = dict(answer.json()["headers"])
    assert shown["Authorization"] == "Bearer " + "*" * len(SECRET)
    assert shown["Accept-Encoding"] == "identity"


async def test_an_answer_that_nobody_can_read_does_not_arrive(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER, paths=["/br", "/deflate"])
    async with proxy.client(proxy.context(net.authority)) as client:
        answer = await client.get("https://api.example.com/br")
        assert (answer.status_code, "not asked for" in answer.text) == (502, True)
    assert net.web.last().get("authorization") == f"Bearer {SECRET}"


async def test_a_secret_is_not_read_in_pieces(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER, paths=["/echo"])
    read = b""
    async with proxy.client(proxy.context(net.authority)) as client:
        for start in range(0, 600, 4):
            asked = {"Range": f"bytes={start}-{start + 3}", "If-Range": '"x"'}
            answer = await client.get("https://api.example.com/echo", headers=asked)
            assert answer.status_code == 200
            read += answer.content[start : start + 4]
        assert SECRET.encode() not in read
        unbound = await client.get("https://api.example.com/echo/unbound", headers={"Range": "bytes=0-3"})
        assert (unbound.status_code, len(unbound.content)) == (206, 4)


async def test_a_websocket_that_got_a_secret_is_not_compressed(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER, hosts=["sockets.example.com"])
    async with websocket("wss://sockets.example.com/", proxy=proxy.url, ssl=proxy.context()) as connection:
        assert not connection.protocol.extensions
        await connection.send("Authorization")
        assert await asyncio.wait_for(connection.recv(), 20) == "Bearer " + "*" * len(SECRET)


async def test_headers_that_ask_for_another_request_do_not_go_along(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER, paths=["/v1/*"], methods=["GET"])
    others = {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/admin", "X-Rewrite-URL": "/admin"}
    async with proxy.client() as client:
        await client.get("https://api.example.com/v1/x", headers=others)
        assert [name for name in others if net.web.last().get(name)] == []
        await client.get("https://api.example.com/v1/x", headers={"X-HTTP-Method-Override": "get"})
        assert net.web.last().get("x-http-method-override") == "get"


async def test_a_redirect_carries_nothing_to_another_host(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER)
    async with proxy.client(proxy.context(net.authority)) as client:
        for target in ("https://deep.api.example.com/x", "http://plain.example.com/x"):
            answer = await client.get(f"https://api.example.com/to/{target}", follow_redirects=True)
            assert answer.text == "hello"
    redirected = [seen for seen in net.requests if seen.path == "/x"]
    assert [seen.get("host") for seen in redirected] == ["deep.api.example.com", "plain.example.com"]
    assert all(seen.get("authorization") is None for seen in redirected)
    redirecting = [seen for seen in net.requests if seen.path != "/x"]
    assert [seen.get("authorization") for seen in redirecting] == [f"Bearer {SECRET}"] * 2


async def test_a_forged_upstream_gets_nothing(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER, hosts=["forged.example.com"])
    async with proxy.client() as client:
        answer = await client.get("https://forged.example.com/")
    assert answer.status_code == 502
    assert "could not be verified" in answer.text
    assert not net.forged.seen


@pytest.mark.parametrize("name", ["web.example.com", "deep.api.example.com", None])
async def test_tls_for_another_name_is_not_answered_in_place_of_a_bound_host(
    proxy: Proxied, net: Internet, name: str | None
) -> None:
    proxy.create_vault(SECRET, BEARER)
    reader, writer = await proxy.tunnel("api.example.com:443")
    writer.write(client_hello(name))
    said = await asyncio.wait_for(reader.read(), 20)
    assert said[:1] in (b"", b"\x15"), "nothing, or an alert"
    assert not net.web.connections


async def test_requests_for_another_host_inside_get_nothing(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER)
    async with proxy.client() as client:
        answer = await client.get("https://api.example.com/", headers={"Host": "web.example.com"})
    assert answer.status_code == 403
    assert not net.web.seen


@pytest.mark.parametrize(
    "path",
    [
        "/v1/../admin", "/v1/%2e%2e/admin", "/v1//x", "/v1/%252e%252e/admin", "/v1/%c0%ae%c0%ae/admin", "/v1/..%00/admin",
        "/v1/..%09/admin", "/v1/..%20/admin", "/v1/..;x=y/admin", "/v1/..%3bx/admin", "/v1/%u002e%u002e/admin",
        "/v1/%ef%bc%8e%ef%bc%8e/admin", "/v1/x%ef%bc%8f..%ef%bc%8fadmin", "/v1/x#/admin", "/v1/x%0d%0a", "/v1/%ff", "/v1/%",
        "/v1/x%5c..%5cadmin", "/v1/x%25", "/v1/..%c2%a0/admin",
    ],
)  # fmt: skip
async def test_a_path_with_two_meanings_gets_no_credential(proxy: Proxied, net: Internet, path: str) -> None:
    proxy.create_vault(SECRET, BEARER, paths=["/v1/*"])
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(proxy.context(), server_hostname="api.example.com")
    writer.write(f"GET {path} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n".encode())
    assert (await reader.read()).endswith(b"hello")
    writer.close()
    assert net.web.last().path == path
    assert net.web.last().get("authorization") is None


@pytest.mark.parametrize(
    "path", ["/v1/a%20b", "/v1/caf%C3%A9", "/v1/a..b", "/v1/...", "/v1/x;y=z", "/v1/a%3Ab%40"]
)
async def test_a_path_with_one_meaning_gets_its_credential(proxy: Proxied, net: Internet, path: str) -> None:
    proxy.create_vault(SECRET, BEARER, paths=["/v1/*"])
    async with proxy.client() as client:
        await client.get(f"https://api.example.com{path}")
    assert net.web.last().get("authorization") == f"Bearer {SECRET}"


async def test_rotation_and_revocation_hold_at_once_on_an_open_connection(
    proxy: Proxied, net: Internet
) -> None:
    proxy.create_vault(SECRET, BEARER)
    async with proxy.client() as client:

        async def authorization() -> str | None:
            await client.get("https://api.example.com/")
            return net.web.last().get("authorization")

        assert await authorization() == f"Bearer {SECRET}"
        newer = [{"name": "token", "source": {"type": "inline", "value": "newer-s3cret"}}]
        assert proxy.call("PATCH", "/credential-vault", {"credentials": {"replace": newer}})[0] == 200
        assert await authorization() == "Bearer newer-s3cret"
        assert proxy.call("PATCH", "/credential-vault", {"bindings": {"delete": ["main"]}})[0] == 200
        assert await authorization() is None
    assert net.web.connections == 1, "it was one connection all the time"


async def test_deleting_the_vault_ends_lending(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER)
    async with proxy.client() as client:
        await client.get("https://api.example.com/")
        assert proxy.call("DELETE", "/credential-vault")[0] == 204
        await client.get("https://api.example.com/")
    assert [seen.get("authorization") for seen in net.web.seen] == [f"Bearer {SECRET}", None]


async def test_a_tunnel_from_before_the_binding_is_cut(proxy: Proxied, net: Internet) -> None:
    reader, _ = await proxy.tunnel("api.example.com:443")
    proxy.create_vault(SECRET, BEARER)
    assert await asyncio.wait_for(reader.read(), 20) == b""


async def test_a_websocket_gets_its_credential_and_ends_with_it(proxy: Proxied, net: Internet) -> None:
    proxy.create_vault(SECRET, BEARER, hosts=["sockets.example.com"])
    async with websocket("wss://sockets.example.com/", proxy=proxy.url, ssl=proxy.context()) as connection:
        for message in ("hello", "x" * 100_000):
            await connection.send(message)
            assert await asyncio.wait_for(connection.recv(), 20) == message
        assert net.sockets.last().get("authorization") == f"Bearer {SECRET}"
        newer = [{"name": "token", "source": {"type": "inline", "value": "newer-s3cret"}}]
        assert proxy.call("PATCH", "/credential-vault", {"credentials": {"replace": newer}})[0] == 200
        await asyncio.wait_for(connection.wait_closed(), 20)


async def test_a_websocket_without_a_credential_goes_through(proxy: Proxied, net: Internet) -> None:
    context = ssl.create_default_context(cafile=net.authority)
    async with websocket("wss://sockets.example.com/", proxy=proxy.url, ssl=context) as connection:
        await connection.send("hello")
        assert await asyncio.wait_for(connection.recv(), 20) == "hello"


async def test_a_plain_websocket_is_checked_like_any_request(gateway: Gateway, net: Internet) -> None:
    allow = {"egress": [{"action": "allow", "target": "127.0.0.1"}]}
    with websocket_upstream() as upstream:
        url = f"ws://127.0.0.1:{upstream.port}/"
        async with (
            proxied(gateway, allow) as proxy,
            websocket(url, proxy=proxy.url) as connection,
        ):
            await connection.send("hello")
            assert await asyncio.wait_for(connection.recv(), 20) == "hello"


async def test_a_bound_host_must_stay_allowed(proxy: Proxied) -> None:
    proxy.create_vault(SECRET, BEARER)
    status, text = proxy.call("PATCH", "/policy", [{"action": "deny", "target": "api.example.com"}])
    assert (status, "api.example.com" in text) == (400, True)
    assert proxy.call("PUT", "/policy", {})[0] == 400
    assert proxy.call("DELETE", "/policy", ["*.example.com"])[0] == 400
    assert proxy.call("GET", "/policy")[1]["policy"] == ALLOW_EXAMPLE
    assert proxy.call("DELETE", "/credential-vault")[0] == 204
    assert proxy.call("PUT", "/policy", {})[0] == 200


async def test_the_log_says_nothing_of_secrets(
    proxy: Proxied, net: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "opensandbox")
    proxy.create_vault(
        SECRET, substitution("path", "header", "body"), hosts=["api.example.com", "forged.example.com"]
    )
    async with proxy.client() as client:
        await client.post(
            "https://api.example.com/PLACEHOLDER", content=b"PLACEHOLDER", headers={"X": "PLACEHOLDER"}
        )
        await client.post("https://forged.example.com/PLACEHOLDER")
        await client.post("https://api.example.com/PLACEHOLDER", headers={"Host": "PLACEHOLDER"})
    assert net.web.last().body == SECRET.encode()
    assert SECRET not in caplog.text
