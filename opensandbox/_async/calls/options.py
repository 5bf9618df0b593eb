"""What one call asks of the transports that it passes through; it travels with the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from opensandbox._core.deadlines import NO_DEADLINE, Deadline
from opensandbox.transport.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from opensandbox._async.calls.middleware import Middleware

OPTIONS: Final = "opensandbox"
"""The key under which `CallOptions` travel in `request.extensions`."""

NO_RETRY: Final = RetryPolicy.disabled()


class CallOptions(NamedTuple):
    """What one call asks of the transport."""

    policy: RetryPolicy | None = None
    """`None`: the transport's own."""
    deadline: Deadline = NO_DEADLINE
    """Covers every attempt and every wait between them."""
    idempotent: bool | None = None
    """`None`: what the method says. `False`: not even on a kept-alive connection that turns out to be dead."""
    waking: RetryPolicy | None = None
    """Says how long a sandbox may take to wake; `None`: the transport's own policy does."""
    before_retry: Callable[[BaseException | None], Awaitable[None]] | None = None
    """Asked once, with the error if there was one, before a call that reached nobody is repeated; what it raises ends the call."""
    middleware: Sequence[Middleware] = ()
    """Functions that each attempt passes through."""
