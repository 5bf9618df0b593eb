# Generated from opensandbox/_async/net/connection.py by scripts/unasync.py. Do not edit.
"""One HTTP/1.1 connection: it sends a request, reads the head of the answer with h11, and the body by itself.

h11 costs as much for a chunk of one event as for one of a megabyte, and copies all that comes four times. So it reads heads
only. What a body is made of tells `_core.net.bodies`.

No state changes across a wait: whoever is cancelled leaves a connection that is still in use, and then closes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import h11
import httpcore
import httpx

from opensandbox._core.net.bodies import CountedBody, OpenBody, body_of
from opensandbox._core.net.malformed import Malformed

if TYPE_CHECKING:
    from opensandbox._core.net.bodies import Body
    from opensandbox._sync.net.routes import Origin
    from opensandbox._sync.net.wire import WatchedStream

MAX_HEAD: Final = 100 * 1024
"""Bytes of the head of an answer."""

MOST_PROVISIONAL: Final = 100
"""Provisional answers (1xx) before the final one."""

READ_SIZE: Final = 1 << 16
"""Bytes asked for at first; the stream asks for more while as much as that comes at once."""

SMALL_BODY: Final = 1 << 14
"""Bytes up to which a body is copied, to go out together with the head."""


class Head(NamedTuple):
    """What is sent before a body."""

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]


class Timeouts(NamedTuple):
    """Seconds of one wait for the other side; `None` is without end."""

    read: float | None
    write: float | None


class Connection:
    """A connection to one address. One exchange after the other: `send`, `read` until `body.over`, and `send` again or `close`."""

    __slots__ = ("_body", "_held", "_reusable", "_timeouts", "closed", "good_until", "origin", "stream")

    def __init__(self, stream: WatchedStream, origin: Origin) -> None:
        self.stream = stream
        self.origin = origin
        self.good_until = 0.0
        self.closed = False
        self._body: Body = CountedBody(0)
        self._held = b""
        self._reusable = False
        self._timeouts = Timeouts(None, None)

    @property
    def reusable(self) -> bool:
        """Whether another exchange may begin: the last one came to its end, and nothing came behind it."""
        return self._reusable and self._body.over and not self._body.surplus and not self.closed

    @property
    def at_hand(self) -> bool:
        """Whether `read` would not wait."""
        return bool(self._held) or self._body.over

    def has_gone_away(self) -> bool:
        """Return whether an idle connection was ended by the other side, or something came that nobody asked for."""
        return bool(self.stream.get_extra_info("is_readable"))

    def send(
        self, head: Head, content: httpx.SyncByteStream, timeouts: Timeouts
    ) -> h11.Response | h11.InformationalResponse:
        """Send a request and return the head of its answer; its body is what `read` returns."""
        self._reusable = False
        self._timeouts = timeouts
        parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        try:
            self._send(parser, head, content)
        except httpcore.WriteError:
            # A server may answer, and close the connection, before it has read the request.
            pass
        except h11.LocalProtocolError as error:
            raise httpcore.LocalProtocolError(str(error)) from error
        answer = self._head(parser)
        held = parser.trailing_data[0]
        if answer.status_code == 101 or (head.method == b"CONNECT" and answer.status_code < 300):
            # Another protocol begins, perhaps with what came together with the head.
            self._body = CountedBody(0)
            self.stream.give_back(held)
            return answer
        self._body = body_of(head.method, answer.status_code, answer.headers)
        self._reusable = parser.our_state is h11.DONE and not isinstance(self._body, OpenBody)
        if self._body.over:
            self._body.surplus = held
        else:
            self._held = held
        return answer

    def read(self) -> bytes:
        """Return the next piece of the body, and nothing at its end."""
        body = self._body
        try:
            while not body.over:
                data = self._held or self.stream.read(READ_SIZE, self._timeouts.read)
                self._held = b""
                if not data:
                    body.end()
                elif content := body.take(data):
                    return content
        except Malformed as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        return b""

    def close(self) -> None:
        """Close the connection; who still reads or writes is told so."""
        self.closed = True
        self.stream.close()

    def _send(self, parser: h11.Connection, head: Head, content: httpx.SyncByteStream) -> None:
        timeout = self._timeouts.write
        request = h11.Request(method=head.method, target=head.target, headers=head.headers)
        waiting = parser.send(request) or b""
        # The head by itself would wake the server for nothing. It does not wait for a body that is still being made.
        if not isinstance(content, httpx.ByteStream):
            self.stream.write(waiting, timeout)
            waiting = b""
        for piece in content:
            data = (parser.send(h11.Data(data=piece)) or b"") if piece else b""
            if waiting and len(data) <= SMALL_BODY:
                data, waiting = waiting + data, b""
            for part in (waiting, data):
                self.stream.write(part, timeout)
            waiting = b""
        self.stream.write(waiting + (parser.send(h11.EndOfMessage()) or b""), timeout)

    def _head(self, parser: h11.Connection) -> h11.Response | h11.InformationalResponse:
        """Read the head of the answer; those of provisional answers are passed over, up to a limit."""
        provisional = 0
        while True:
            try:
                event = parser.next_event()
                if event is h11.NEED_DATA:
                    data = self.stream.read(READ_SIZE, self._timeouts.read)
                    if not data:
                        raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
                    parser.receive_data(data)
            except h11.RemoteProtocolError as error:
                raise httpcore.RemoteProtocolError(str(error)) from error
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.InformationalResponse):
                if event.status_code == 101:
                    return event
                provisional += 1
                if provisional > MOST_PROVISIONAL:
                    raise httpcore.RemoteProtocolError(
                        f"more than {MOST_PROVISIONAL} provisional answers (1xx) came, and no final one"
                    )
