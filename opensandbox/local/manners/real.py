"""The way between clients and daemons, with the manners of a real deployment."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.local.errors import ApiError
from opensandbox.local.manners import old
from opensandbox.local.manners.requests import Peeked
from opensandbox.local.manners.runs import Runs
from opensandbox.local.manners.terminals import ONE_IN, LosesTail
from opensandbox.local.proxy.gate import Refused
from opensandbox.local.record import PAUSED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Message, Receive, Scope, Send

    from opensandbox.local.proxy.address import Target
    from opensandbox.local.proxy.upstream import Upstream
    from opensandbox.local.registry import Registry

    Carry = Callable[[Scope, Receive, Send, Upstream, Target], Awaitable[None]]

REFUSED = 1011
"""The close code for a WebSocket that the daemon does not want, after the proxy has accepted it."""


class RealManners:
    """Carries requests to daemons as a real deployment does. `older` daemons lack the newer routes."""

    def __init__(self, registry: Registry, carry: Carry, *, older: bool) -> None:
        self._registry = registry
        self._carry = carry
        self._older = older
        self._runs: WeakKeyDictionary[Upstream, Runs] = WeakKeyDictionary()
        self._terminals = count(1)

    async def awake(self, receive: Peeked, target: Target) -> bool:
        """Wait as long as the sandbox is paused, which is as long as nobody answers; False when the client has left.

        One with an idle policy is the gate's: it is woken, or said to be paused.
        """

        def hangs() -> bool:
            record = self._registry.get(target.sandbox_id)
            return record.state == PAUSED and record.idle is None

        return await receive.stays_while(hangs)

    async def carry(
        self, scope: Scope, receive: Receive, send: Send, upstream: Upstream, target: Target
    ) -> None:
        """Carry one request or WebSocket into the sandbox. What is no daemon's gets no manners."""
        if target.port != DEFAULT_EXECD_PORT:
            await self._carry(scope, receive, send, upstream, target)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send, upstream, target)
        else:
            await self._http(scope, Peeked(receive), send, upstream, target)

    async def _http(
        self, scope: Scope, receive: Peeked, send: Send, upstream: Upstream, target: Target
    ) -> None:
        if self._older and (response := await old.refusal(scope, receive, target.path)):
            raise Refused(response)
        runs = self._runs.setdefault(upstream, Runs())

        async def forward(receive: Receive, send: Send) -> None:
            await self._carry(scope, receive, send, upstream, target)

        await runs.serve(scope, receive, send, target.path, forward)

    async def _websocket(
        self, scope: Scope, receive: Receive, send: Send, upstream: Upstream, target: Target
    ) -> None:
        await receive()  # the connect message
        await send({"type": "websocket.accept"})
        answer = LosesTail(send) if next(self._terminals) % ONE_IN == 0 else send
        try:
            if self._older:
                raise Refused(old.unknown_route())
            await self._carry(scope, _connected(receive), _without_accept(answer), upstream, target)
        except (ApiError, Refused):
            await send({"type": "websocket.close", "code": REFUSED, "reason": ""})


def _connected(receive: Receive) -> Receive:
    """Let what carries a WebSocket believe that the client still waits to be accepted."""
    peeked = Peeked(receive)
    peeked.again({"type": "websocket.connect"})
    return peeked


def _without_accept(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] != "websocket.accept":
            await send(message)

    return sender
