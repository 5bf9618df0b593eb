# Generated from opensandbox/_async/net/drains.py by scripts/unasync.py. Do not edit.
"""Streams that have told their outcome, while the server still holds them open.

Most daemons close the stream of a command right after its final event, some a second later. That is waited for once. From a
server that keeps its clients waiting, each further stream is put aside, and read to its end when that has come, so that
its connection can be used again. No task and no thread does that: each request of the same user looks after what was put
aside before.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx

from opensandbox._concurrency.pairs import monotonic, scope_key
from opensandbox._core.deadlines import Deadline
from opensandbox._core.run.commands import CLOSING
from opensandbox._core.run.events import EventDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox._sync.net.watch import Watch

MOST: Final = 8
"""Streams that are put aside at once; the oldest is closed when there is one more."""

AT_HAND: Final = "opensandbox.at_hand"
"""The key under which a response of our own connections tells whether more of its body was received than was read."""

ASIDE: Final = "opensandbox.aside"
"""The key that marks a response as left to drain: its opener does not close it."""

PROMPT: Final = 0.05
"""Seconds within which a server closes a stream that does not hold it open."""


class Drain(NamedTuple):
    """A stream that was put aside."""

    response: httpx.Response
    watch: Watch
    pieces: Iterator[bytes]
    decoder: EventDecoder
    until: float
    scope: Any

    def has_more(self) -> bool:
        """Return whether reading on would not wait."""
        extensions = self.response.extensions
        stream = extensions["network_stream"]
        return bool(extensions[AT_HAND]() or stream.get_extra_info("is_readable"))


class Drains:
    """The streams that one user of connections has put aside. `close` ends them."""

    __slots__ = ("_server_holds", "_waiting")

    def __init__(self) -> None:
        self._server_holds = False
        self._waiting: deque[Drain] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def keep(self, response: httpx.Response, watch: Watch | None, pieces: Iterator[bytes]) -> bool:
        """Take a stream over, and return whether it was. One that cannot tell what has come is read to its end first."""
        if watch is None or AT_HAND not in response.extensions:
            _ends(pieces, watch, CLOSING)
            return False
        if not self._server_holds:
            self._server_holds = not _ends(pieces, watch, PROMPT)
            return False
        until = monotonic() + CLOSING
        drain = Drain(response, watch, pieces, EventDecoder(), until, scope_key())
        if _is_over(drain):
            self._server_holds = False
            return True
        self._waiting.append(drain)
        while len(self._waiting) > MOST:
            self._waiting.popleft().response.close()
        return True

    def free_ended(self) -> None:
        """Read what has come of the streams that were put aside; those that have ended give their connection back."""
        for _ in range(len(self._waiting)):
            try:
                drain = self._waiting.popleft()
            except IndexError:  # another thread was faster
                return
            # One of a finished event loop cannot be closed any more.
            if drain.scope is scope_key() and not _is_over(drain):
                self._waiting.append(drain)

    def close(self) -> None:
        """Close all of them."""
        while self._waiting:
            drain = self._waiting.popleft()
            if drain.scope is scope_key():
                drain.response.close()


def _is_over(drain: Drain) -> bool:
    try:
        while drain.has_more():
            drain.watch.deadline = Deadline.after(PROMPT, monotonic())
            piece = next(drain.pieces, b"")
            if not piece:
                return True
            if drain.decoder.feed(piece):
                break  # more than keep-alives: nobody knows what this is
        else:
            if monotonic() < drain.until:
                return False
    except httpx.HTTPError:
        pass
    except BaseException:
        drain.response.close()
        raise
    drain.response.close()
    return True


def _ends(pieces: Iterator[bytes], watch: Watch | None, seconds: float) -> bool:
    """Read to the end, and return whether that came within so many seconds."""
    if watch is not None:
        watch.deadline = watch.deadline.earlier(Deadline.after(seconds, monotonic()))
    try:
        for _ in pieces:
            pass
    except httpx.HTTPError:
        return False
    return True
