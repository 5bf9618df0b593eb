"""A proxy in this process, and the ways of programs to use it: rightly, and otherwise."""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import dataclass, field
from typing import Any

import httpx

from opensandbox.local.egress import api
from opensandbox.local.egress.sandbox import SandboxEgress


@dataclass
class Proxied:
    egress: SandboxEgress
    port: int
    authority: str
    opened: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, context: ssl.SSLContext | bool = True) -> httpx.AsyncClient:
        """A client that uses the proxy and trusts it, as a program in a sandbox does."""
        return httpx.AsyncClient(proxy=self.url, verify=self.context() if context is True else context)

    def context(self, *more: Any) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.authority)
        for path in more:
            context.load_verify_locations(path)
        return context

    async def raw(self, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send bytes as they are."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.opened.append(writer)
        writer.write(request)
        return reader, writer

    async def said(self, request: bytes) -> bytes:
        """What comes back for these bytes until the proxy hangs up."""
        reader, _ = await self.raw(request)
        return await asyncio.wait_for(reader.read(), 20)

    async def close(self) -> None:
        """Close the connections that were opened here."""
        for writer in self.opened:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self.opened), return_exceptions=True)

    async def tunnel(self, authority: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A tunnel that the proxy has agreed to."""
        reader, writer = await self.raw(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        assert head.startswith(b"HTTP/1.1 200"), head
        return reader, writer

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask the egress API; the answer as JSON, an error as text."""
        content = b"" if body is None else json.dumps(body).encode()
        response = api.handle(self.egress, method, path, content)
        text = bytes(response.body).decode()
        return response.status_code, text if response.media_type == "text/plain" else json.loads(
            text or "null"
        )

    def create_vault(self, secret: str, auth: dict[str, Any], **match: Any) -> None:
        """A vault with one credential `token` and one binding `main`."""
        body = {
            "credentials": [{"name": "token", "source": {"type": "inline", "value": secret}}],
            "bindings": [{"name": "main", "match": {"hosts": ["api.example.com"], **match}, "auth": auth}],
        }
        status, answer = self.call("POST", "/credential-vault", body)
        assert status == 201, answer


def client_hello(name: str | None) -> bytes:
    """How TLS for a name begins."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    outgoing = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake needs an answer")
