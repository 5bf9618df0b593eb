"""The embedded server, run so that each of its exchanges leaves a line in a file.

    python -P recording.py FILE [what `python -m opensandbox.local` takes]

A line is written before the client sees the end of the answer. What needs time, holding it against the specs, is done by
whoever reads the file.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sys
from typing import Any

MOST_KEPT = 1 << 20
KEPT = (b"application/json", b"text/event-stream", b"text/plain")


class Recorded:
    """An ASGI application whose exchanges are written down."""

    def __init__(self, app: Any, file: int) -> None:
        self._app = app
        self._file = file

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._file)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            exchange.write(complete=False)


class Exchange:
    """A request, its answer, and what is to be known of both afterwards."""

    def __init__(self, scope: Any, receive: Any, send: Any, file: int) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._file = file
        self._asked = _Body(dict(scope["headers"]))
        self._answer: _Body | None = None
        self._status = 0
        self._written = False

    async def receive(self) -> Any:
        """Hand on a message from the client."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._asked.add(message)
        return message

    async def send(self, message: Any) -> None:
        """Hand on a message to the client."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._answer = _Body({name.lower(): value for name, value in message.get("headers", ())})
            if self._status == 204 or self._answer.is_empty():
                # The client need not wait for more than the head.
                self._answer.complete = True
                self.write(complete=True)
        elif message["type"] == "http.response.body" and self._answer is not None:
            self._answer.add(message)
            if self._answer.complete:
                self.write(complete=True)
        await self._send(message)

    def write(self, *, complete: bool) -> None:
        """Write the line, once."""
        if self._written or self._answer is None:
            return
        self._written = True
        line = {
            "method": self._scope["method"],
            "path": self._scope["raw_path"].decode("latin-1"),
            "query": self._scope["query_string"].decode("latin-1"),
            "asked": self._asked.noted(),
            "status": self._status,
            "answer": self._answer.noted(),
            "complete": complete,
        }
        with contextlib.suppress(OSError):  # there are tests in which the server's calls to the kernel fail
            os.write(self._file, json.dumps(line).encode() + b"\n")


class _Body:
    """Headers, and the body as far as it is text and not too long."""

    def __init__(self, headers: dict[bytes, bytes]) -> None:
        self._headers = headers
        kind = headers.get(b"content-type", b"")
        self._wanted = not kind or kind.startswith(KEPT)
        self._pieces: list[bytes] = []
        self._size = 0
        self.complete = False

    def is_empty(self) -> bool:
        """Whether the headers say that nothing follows."""
        return self._headers.get(b"content-length") == b"0"

    def add(self, message: Any) -> None:
        piece = message.get("body", b"")
        self._size += len(piece)
        if self._wanted and self._size <= MOST_KEPT:
            self._pieces.append(piece)
        self.complete = not message.get("more_body", False)

    def noted(self) -> dict[str, Any]:
        kept = self.complete and (self._size == 0 or (self._wanted and self._size <= MOST_KEPT))
        return {
            "headers": {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in self._headers.items()
            },
            "body": base64.b64encode(b"".join(self._pieces)).decode() if kept else None,
        }


def main() -> int:
    """Serve as the embedded server does."""
    from opensandbox.local import __main__, serving

    file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
    make = serving.LocalApp
    serving.LocalApp = lambda *given, **more: Recorded(make(*given, **more), file)  # type: ignore[assignment, misc]
    return __main__.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
