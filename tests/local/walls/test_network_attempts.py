"""None of `network_attempts` succeeds, and all of them do where the wall in their way is taken down."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from opensandbox.local.egress import sockets
from opensandbox.local.egress.client_hello import Opening
from opensandbox.local.egress.gateway import Gateway
from opensandbox.local.egress.mask import Mask
from tests.local.egress.conftest import proxied
from tests.local.walls.network_attempts import ALLOWED, ATTEMPTS, DENIED, SECRET, Attempt

pytestmark = pytest.mark.anyio

EGRESS = "opensandbox.local.egress"
POLICY = {"defaultAction": "deny", "egress": [{"action": "allow", "target": "*.example.com"}]}
VAULT = {
    "credentials": [{"name": "token", "source": {"type": "inline", "value": SECRET}}],
    "bindings": [
        {
            "name": "main",
            "match": {"hosts": [ALLOWED], "paths": ["/v1/*"], "schemes": ["http"]},
            "auth": {"type": "bearer", "credential": "token"},
        }
    ],
}


def nothing(*_: Any, **__: Any) -> None:
    """Stand where a check was."""


class Unread:
    """A body that is passed on however it is compressed."""

    def __init__(self, headers: Any) -> None:
        pass

    def headers(self, headers: Any) -> Any:
        return headers

    def feed(self, piece: bytes) -> list[bytes]:
        return [piece]


_ADDRESSES = {f"{EGRESS}.sandbox.is_public": lambda _: True}
WALLS: dict[str, dict[str, Any]] = {
    "addresses": _ADDRESSES,
    "spelling": {**_ADDRESSES, f"{EGRESS}.destination._NUMERIC_END": re.compile("(?!)")},
    "policy": {
        f"{EGRESS}.sandbox.SandboxEgress.check": nothing,
        f"{EGRESS}.sandbox.SandboxEgress._check_place": nothing,
    },
    "Host": {f"{EGRESS}.http._same_host": lambda *_: True},
    "tunnel": {
        f"{EGRESS}.client_hello._plain": lambda _: Opening("binary"),
        f"{EGRESS}.proxy._PORTS_OF_HTTP": frozenset(),
    },
    "server name": {f"{EGRESS}.proxy._check_server_name": nothing},
    "framing": {f"{EGRESS}.http._check_framing": nothing},
    "mask": {f"{EGRESS}.injection.Injection.mask": lambda _: Mask()},
    "compression": {f"{EGRESS}.http.Plain": Unread},
    "asking": {f"{EGRESS}.injection.NOT_ASKED": frozenset()},
    "upgrade": {f"{EGRESS}.http.check_upgrade": nothing},
    "paths": {f"{EGRESS}.matching._has_one_meaning": lambda _: True},
}


@dataclass
class World:
    """Everything behind the proxy: one host, to which each address leads. It remembers what it got, and by which address."""

    answer: bytes
    got: bytes = b""
    connected: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the first thing that is said, and hear the rest."""
        answer = self.answer
        while data := await reader.read(65536):
            writer.write(answer)
            answer, self.got = b"", self.got + data
        writer.close()


@asynccontextmanager
async def world(answer: bytes, patched: pytest.MonkeyPatch) -> AsyncIterator[World]:
    there = World(answer)
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    port, really = server.sockets[0].getsockname()[1], sockets.connect

    async def connect(host: str, _: int) -> sockets.SocketStream:
        there.connected.append(host)
        return await really("127.0.0.1", port)

    async def looked_up(host: str, port: int, **_: Any) -> list[Any]:
        place = "192.0.2.66" if DENIED in host or not host.endswith(".example.com") else "93.184.216.34"
        own = {"localhost", "app.localhost"} if "localhost" in host else set()
        numeric = re.fullmatch(r"[0-9a-fx.]+", host)
        return [(2, 1, 6, "", ("127.0.0.1" if own or numeric else place, port))]

    patched.setattr(sockets, "connect", connect)
    patched.setattr(asyncio.get_running_loop(), "getaddrinfo", looked_up)
    async with server:
        yield there


async def won(attempt: Attempt, patched: pytest.MonkeyPatch) -> bool:
    """Whether an attempt succeeds as things stand."""
    policy = None if attempt.at == "connect" and attempt.wall != "policy" else POLICY
    async with world(attempt.answer, patched) as there, proxied(Gateway({}), policy) as proxy:
        if policy is not None:
            assert proxy.call("POST", "/credential-vault", VAULT)[0] == 201
        reader, writer = await proxy.raw(attempt.says)
        back = b""
        if attempt.inside is not None:
            back = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            writer.write(attempt.inside)
        if attempt.says.startswith(b"CONNECT") or attempt.wall == "upgrade":
            writer.write_eof()
        back += await asyncio.wait_for(reader.read(), 20)
        if attempt.at == "connect":
            return any(attempt.won.decode() in host for host in there.connected)
        seen = back if attempt.at == "back" else there.got
        return bool(seen) and attempt.won in seen


def test_every_attempt_has_a_name_of_its_own() -> None:
    assert len({attempt.name for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 150


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
async def test_it_fails_and_without_the_wall_succeeds(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{EGRESS}.proxy._GREETING_TIMEOUT", 0.05)
    monkeypatch.setattr(f"{EGRESS}.sockets._LINGER", 0.05)
    with monkeypatch.context() as patched:
        assert not await won(attempt, patched)
    with monkeypatch.context() as patched:
        for name, stand_in in WALLS[attempt.wall].items():
            patched.setattr(name, stand_in)
        assert await won(attempt, patched), "the attempt is broken: it fails without the wall too"
