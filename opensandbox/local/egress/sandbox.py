"""One sandbox as the proxy knows it: its policy, its vault, and what it has open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opensandbox.local.egress import sockets, vault
from opensandbox.local.egress.matching import intercepts
from opensandbox.local.egress.policy import UNRESTRICTED
from opensandbox.local.egress.refusal import Refusal, denied
from opensandbox.local.egress.resolver import LookupFailed, is_public, why_not_public

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator

    from opensandbox.local.egress.destination import Destination
    from opensandbox.local.egress.gateway import Gateway
    from opensandbox.local.egress.injection import Injection
    from opensandbox.local.egress.policy import Policy
    from opensandbox.local.egress.resolver import Place
    from opensandbox.local.egress.sockets import SocketStream
    from opensandbox.local.egress.vault import Vault

logger = logging.getLogger("opensandbox.local.egress")

_CONNECT_TIMEOUT = 10.0
# Bounds what one sandbox can take of the server's descriptors.
_MOST_CONNECTIONS = 512


@dataclass(eq=False)
class Link:
    """One open connection to the outside. `opaque`: nobody here can read it. `lent` is what it was opened with."""

    destination: Destination
    place: Place
    stream: SocketStream
    owner: asyncio.Task[object] = field(repr=False)
    opaque: bool = False
    lent: Injection | None = None


class SandboxEgress:
    """The outbound side of one sandbox, from `serve` to `close`.

    `policy` None means that none was ever set: nothing is restricted. `interception` says whether there may be a vault.
    Everything runs on the server's event loop, and no change of policy or vault awaits anything, so changes happen one
    after the other. Connections that a change no longer allows are cut at once.
    """

    def __init__(
        self,
        gateway: Gateway,
        policy: Policy | None = None,
        *,
        sandbox_id: str = "",
        interception: bool = False,
        scoped: bool = False,
        demands_tls: bool = False,
    ) -> None:
        self.gateway = gateway
        self._sandbox_id = sandbox_id
        self.interception = interception
        self.scoped = scoped
        self.demands_tls = demands_tls
        self.token = secrets.token_hex(24)
        self._policy = policy
        self._vault: Vault | None = None
        self._links: set[Link] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._accepting: asyncio.Task[None] | None = None
        self.closed = False

    # What is in force

    @property
    def policy(self) -> Policy | None:
        """The policy that was set, if any was."""
        return self._policy

    @property
    def effective(self) -> Policy:
        """The policy in force."""
        return UNRESTRICTED if self._policy is None else self._policy

    @property
    def vault(self) -> Vault | None:
        """The vault, if there is one."""
        return self._vault

    def set_policy(self, policy: Policy) -> None:
        """Replace the policy. Raises ValueError when a binding would lose its host; then nothing changes."""
        if self._vault is not None:
            vault.check_coverage(self._vault.bindings, policy)
        self._policy = policy
        self._review()

    def set_vault(self, new: Vault | None) -> None:
        """Replace the vault as a whole."""
        self._vault = new
        self._review()

    def log(self, message: str) -> None:
        """Note for whoever runs the server with `--verbose`; never anything that might hold a secret."""
        logger.info("sandbox %s: %s", self._sandbox_id, message)

    # Ways out

    def check(self, destination: Destination) -> None:
        """Raise Refusal (403) for a name or address that the policy denies; nothing has been looked up then."""
        policy = self.effective
        if destination.address is not None:
            allowed = policy.allows(None, destination.address, destination.port)
        else:
            allowed = policy.allows_name(destination.host) and not policy.closes_port(destination.port)
        if not allowed:
            raise denied(destination, "the network policy of this sandbox does not allow it")

    @contextlib.asynccontextmanager
    async def open(self, destination: Destination, *, opaque: bool) -> AsyncIterator[Link]:
        """A connection to where a destination leads, closed at the end of the block.

        Raises Refusal: 403 when policy or address range forbid it, 502 when nothing answers.
        """
        self.check(destination)
        try:
            places = await self.gateway.resolver.places(destination)
        except LookupFailed as error:
            raise Refusal(502, str(error)) from None
        stream, place = await self._connect(destination, places)
        owner = asyncio.current_task()
        assert owner is not None, "runs in a task of this class"
        link = Link(destination, place, stream, owner, opaque)
        self._links.add(link)
        try:
            # The policy may have changed meanwhile.
            self._check_place(destination, place)
            yield link
        finally:
            self._links.discard(link)
            await stream.aclose()

    async def _connect(self, destination: Destination, places: list[Place]) -> tuple[SocketStream, Place]:
        failure = Refusal(502, f"{destination} has no address")
        for place in places:
            try:
                self._check_place(destination, place)
                async with asyncio.timeout(_CONNECT_TIMEOUT):
                    return await sockets.connect(str(place.address), place.port), place
            except Refusal as refusal:
                failure = refusal
            except TimeoutError:
                failure = Refusal(502, f"{destination} did not answer within {_CONNECT_TIMEOUT:g} s")
            except OSError as error:
                failure = Refusal(502, f"{destination} cannot be reached: {error.strerror or error}")
        raise failure

    def _check_place(self, destination: Destination, place: Place) -> None:
        policy, name = self.effective, None if destination.address else destination.host
        if place.trusted:
            # The server's own settings name the address, so only the name is left to judge.
            return self.check(destination)
        if not policy.allows(name, place.address, place.port):
            raise denied(
                destination, "the network policy of this sandbox does not allow its address on this port"
            )
        if not policy.opens_private(place.address, place.port) and not is_public(place.address):
            raise denied(destination, why_not_public(place.address))
        return None

    def _review(self) -> None:
        """Cut what is not allowed any more, or would have to be readable now."""
        for link in list(self._links):
            if self._outdated(link):
                self.log(f"connection to {link.destination} cut by a change of policy or vault")
                link.owner.cancel()

    def _outdated(self, link: Link) -> bool:
        try:
            self._check_place(link.destination, link.place)
            self.check(link.destination)
        except Refusal:
            return True
        if link.opaque and intercepts(self._vault, link.destination.host, link.destination.port):
            return True
        return link.lent is not None and (self._vault is None or not link.lent.holds(self._vault))

    # Connections from inside

    def serve(self, listener: socket.socket) -> None:
        """Accept connections on a socket that listens on the sandbox's loopback, and owns it from now on."""
        if self.closed:
            listener.close()  # the sandbox was deleted while it started
            return
        listener.setblocking(False)
        self._accepting = asyncio.create_task(self._accept(listener))

    async def close(self) -> None:
        """Cut everything and stop listening. Harmless when repeated, or before `serve`."""
        self.closed = True
        tasks = [*self._connections, *filter(None, [self._accepting])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._vault = None

    async def _accept(self, listener: socket.socket) -> None:
        from opensandbox.local.egress.proxy import serve_connection

        free = asyncio.Semaphore(_MOST_CONNECTIONS)
        with listener:
            while True:
                await free.acquire()
                try:
                    accepted, _ = await asyncio.get_running_loop().sock_accept(listener)
                except OSError:
                    # Out of descriptors, or a client that left at once.
                    free.release()
                    await asyncio.sleep(0.1)
                    continue
                task = asyncio.create_task(serve_connection(self, accepted))
                self._connections.add(task)
                task.add_done_callback(self._connections.discard)
                task.add_done_callback(lambda _: free.release())
