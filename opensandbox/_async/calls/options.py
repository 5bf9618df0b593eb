"""What one call asks of the transports that it passes through; it travels with the request."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NamedTuple

from opensandbox._core.deadlines import NO_DEADLINE, Deadline
from opensandbox.transport.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from opensandbox._async.calls.middleware import Middleware

OPTIONS: Final = "opensandbox"
"""The key under which `CallOptions` travel in `request.extensions`."""

NO_RETRY: Final = RetryPolicy.disabled()

_bound: ContextVar[Deadline] = ContextVar("opensandbox_bound", default=NO_DEADLINE)


@contextmanager
def bounded(deadline: Deadline) -> Iterator[None]:
    """Bound the requests and commands of this block together, in place of an outer bound. Those with a deadline of their own keep that."""
    token = _bound.set(deadline)
    try:
        yield
    finally:
        _bound.reset(token)


def bound() -> Deadline:
    """Return the deadline of the block that this call is made in."""
    return _bound.get()


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
