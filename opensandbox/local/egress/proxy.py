"""One connection from a sandbox: plain requests, or a tunnel that is looked into as far as it takes to know its name."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

import h11
from anyio import EndOfStream
from anyio.streams.tls import TLSStream

from opensandbox.local.egress import matching
from opensandbox.local.egress.client_hello import BrokenHello, OpeningReader
from opensandbox.local.egress.destination import normal_name, parse
from opensandbox.local.egress.http import Conversation, Origin
from opensandbox.local.egress.peer import LOST, Peer, refuse
from opensandbox.local.egress.refusal import Refusal, denied
from opensandbox.local.egress.sockets import SocketStream

if TYPE_CHECKING:
    import socket

    from opensandbox.local.egress.client_hello import Opening
    from opensandbox.local.egress.destination import Destination
    from opensandbox.local.egress.sandbox import Link, SandboxEgress

logger = logging.getLogger("opensandbox.local.egress")

_TLS_TIMEOUT = 30.0
# SSH and the like greet at once, and their programs do not wait for it.
_GREETING_TIMEOUT = 5.0
_ANSWERS = b"HTTP/"
# Where a server that reads lines is to be expected, whatever comes before them.
_PORTS_OF_HTTP = frozenset((80, 3000, 5000, 8000, 8008, 8080, 8081, 8888))


async def serve_connection(egress: SandboxEgress, accepted: socket.socket) -> None:
    """Serve one connection to its end, and close it."""
    stream = SocketStream(accepted)
    client = Peer(stream, h11.SERVER)
    try:
        request = await Conversation(egress, client).run()
        if request is not None:
            await _tunnel(egress, client, stream, request)
        await stream.linger()
    except Refusal as refusal:
        egress.log(refusal.message)
        with contextlib.suppress(*LOST):
            await refuse(client, refusal)
            await stream.linger()
    except (*LOST, h11.ProtocolError, TimeoutError):
        pass  # either side left; there is nobody to tell
    except Exception as error:
        # Neither its text nor its trace: they might quote a header.
        logger.error("a connection through the egress proxy failed: %s", type(error).__name__)
    finally:
        await stream.aclose()


async def _tunnel(egress: SandboxEgress, client: Peer, stream: SocketStream, request: h11.Request) -> None:
    try:
        destination = parse(request.target.decode("latin-1"))
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    egress.check(destination)
    if destination.address is None and matching.intercepts(egress.vault, destination.host, destination.port):
        await _accept(client, stream)
        await _intercept(egress, stream, destination)
        return
    async with egress.open(destination, opaque=True) as link:
        await _accept(client, stream)
        try:
            async with asyncio.TaskGroup() as group:
                greeted = asyncio.Event()
                back = group.create_task(_bring_back(link.stream, stream, greeted))
                await _forward(egress, stream, link, back, greeted)
        except* (*LOST, BrokenHello, Refusal, h11.ProtocolError) as problems:
            for problem in problems.exceptions:
                if isinstance(problem, Refusal | BrokenHello):
                    egress.log(f"tunnel to {destination} cut: {problem}")


async def _accept(client: Peer, stream: SocketStream) -> None:
    await client.send(h11.Response(status_code=200, headers=[], reason=b"Connection established"))
    stream.give_back(bytes(client.http.trailing_data[0]))


async def _intercept(egress: SandboxEgress, stream: SocketStream, destination: Destination) -> None:
    """Be the host: end the program's TLS here and read its requests."""
    authority = await egress.gateway.authority()
    context = authority.server_context(destination.host)
    async with asyncio.timeout(_TLS_TIMEOUT):
        secured = await TLSStream.wrap(
            stream, server_side=True, ssl_context=context, standard_compatible=False
        )
    await Conversation(egress, Peer(secured, h11.SERVER), Origin("https", destination)).run()


async def _bring_back(host: SocketStream, stream: SocketStream, greeted: asyncio.Event) -> None:
    """Pass on what the host says, and note if it is the first to speak, as no server of HTTP is."""
    with contextlib.suppress(EndOfStream):
        first = await host.receive()
        host.give_back(first)
        if not first.startswith(_ANSWERS[: len(first)]):
            greeted.set()
    await host.copy_to(stream)


async def _forward(
    egress: SandboxEgress, stream: SocketStream, link: Link, back: asyncio.Task[None], greeted: asyncio.Event
) -> None:
    """Pass on what the program says, once its first words are known to be for the host of the tunnel."""
    opening, said = await _first_words(stream, greeted)
    stream.give_back(said)
    if opening is None or opening.kind == "text":
        # A server of HTTP that makes something of this has not been asked for its own name.
        if said and not await _in_time(greeted):
            raise Refusal(
                400, "neither TLS nor HTTP/1.1 inside the tunnel, and the host does not speak first"
            )
    elif opening.kind == "tls":
        _check_server_name(egress, link.destination, opening)
    elif opening.kind == "binary" and link.destination.port in _PORTS_OF_HTTP:
        raise Refusal(400, "neither TLS nor HTTP/1.1 inside the tunnel, on a port of HTTP")
    if opening is None or opening.kind != "http":
        await stream.copy_to(link.stream)
        return
    back.cancel()
    await asyncio.wait([back])
    link.opaque = False
    conversation = Conversation(egress, Peer(stream, h11.SERVER), Origin("http", link.destination))
    conversation.use(link)
    await conversation.run()


async def _first_words(stream: SocketStream, greeted: asyncio.Event) -> tuple[Opening | None, bytes]:
    """How the program begins, and what was read to tell; None when it ends, or the host spoke, before that is clear."""
    reader = OpeningReader()
    while True:
        try:
            piece = await stream.receive()
        except EndOfStream:
            return None, reader.data
        if opening := reader.feed(piece):
            return opening, reader.data
        if greeted.is_set():
            return None, reader.data


async def _in_time(greeted: asyncio.Event) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GREETING_TIMEOUT):
            await greeted.wait()
    return greeted.is_set()


def _check_server_name(egress: SandboxEgress, destination: Destination, opening: Opening) -> None:
    name = normal_name(opening.name) if opening.name else None
    if destination.address is None:
        if name != destination.host:
            raise denied(destination, "TLS inside the tunnel is for another name, or for none")
    elif name is not None and egress.effective.denies_explicitly(name):
        raise denied(destination, f"TLS inside the tunnel is for {name}")
