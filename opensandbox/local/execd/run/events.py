"""Execution streams: program output cut into lines, lines put into events, events kept for a client that reads.

Every line of output is one event whose text has no line end. An empty line is the text "\\n", because an empty text would
be left out of the event: clients that join the lines and normalise line ends show it once. A carriage return that stands
alone ends a line too (progress bars), but never makes an empty one. The last line may have no end: then the event says
`"line_end":""`, which is an extension (see `OUTPUT_HEADER`).
"""

from __future__ import annotations

import asyncio
import codecs
import json
import time
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

PING_SECONDS = 3.0
MAX_BUFFERED = 1 << 20
MAX_LINE = (
    64 << 20
)  # characters; a longer line is cut, so that a program without line ends cannot fill the memory


def now_ms() -> int:
    """Return the time of an event: Unix milliseconds."""
    return time.time_ns() // 1_000_000


def text_event(kind: str, text: str) -> str:
    """Encode an event that carries a text (`init`, `ping`, `stdout`, ...)."""
    return f'{{"type":"{kind}","text":{encode_basestring(text)},"timestamp":{now_ms()}}}\n\n'


def ping_event() -> str:
    """Encode the keep-alive event."""
    return text_event("ping", "pong")


def complete_event(milliseconds: int = 0) -> str:
    """Encode the end of a successful execution; a duration of 0 is left out."""
    duration = f'"execution_time":{milliseconds},' if milliseconds else ""
    return f'{{"type":"execution_complete",{duration}"timestamp":{now_ms()}}}\n\n'


def error_event(ename: str, evalue: str, traceback: list[str] | None, *, text: str = "") -> str:
    """Encode the end of a failed execution."""
    event: dict[str, object] = {"type": "error"}
    if text:
        event["text"] = text
    event["timestamp"] = now_ms()
    event["error"] = {"ename": ename, "evalue": evalue, "traceback": traceback}
    return json_event(event)


def json_event(event: dict[str, object]) -> str:
    """Encode any other event."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n\n"


def late_failure(code: str, message: str) -> str:
    """Encode a failure after the first event: a bare envelope, not an event, and nothing follows it."""
    return json.dumps({"code": code, "message": message}, ensure_ascii=False, separators=(",", ":"))


def escape(events: str) -> bytes:
    """Finish a batch of encoded events: the characters HTML and JavaScript stumble over become escapes."""
    for character, replacement in _ESCAPES:
        if character in events:
            events = events.replace(character, replacement)
    return events.encode("utf-8", "replace")


_ESCAPES = (
    ("<", "\\u003c"),
    (">", "\\u003e"),
    ("&", "\\u0026"),
    ("\u2028", "\\u2028"),
    ("\u2029", "\\u2029"),
)


class LineSplitter:
    """Cuts a byte stream into lines, in time linear in its length, whatever the pieces look like."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._open: list[str] = []  # pieces of the line that has not ended yet
        self._open_size = 0
        self.open_end = False
        """Whether the last line that was returned is the last of all, and did not end."""
        self._return: str | None = (
            None  # the line ended by a carriage return at the very end, maybe half a line end
        )

    def feed(self, data: bytes, *, final: bool = False) -> list[str]:
        """Take the next bytes and return the lines that ended; `final` also ends the last one."""
        text = self._decode(data, final)
        lines: list[str] = []
        if text:
            if self._return is not None and text.startswith("\n"):
                text = text[1:]
                if not self._return:
                    lines.append("\n")
            self._return = None
            self._cut(text, lines)
        if final and self._open:
            lines.append(self._take_open())
            self.open_end = True
        return lines

    def _cut(self, text: str, lines: list[str]) -> None:
        *ended, rest = text.split("\n")
        for line in ended:
            if "\r" in line:
                *parts, line = line.removesuffix("\r").split("\r")
                self._end_all(parts, lines)
            if self._open:
                self._open.append(line)
                line = self._take_open()
            lines.append(line or "\n")
        if "\r" in rest:
            *parts, rest = rest.split("\r")
            self._end_all(parts, lines)
            if not rest:
                self._return = parts[-1]
        if rest:
            self._open.append(rest)
            self._open_size += len(rest)
            if self._open_size > MAX_LINE:
                lines.append(self._take_open())

    def _end_all(self, parts: list[str], lines: list[str]) -> None:
        for position, part in enumerate(parts):
            if self._open:
                self._open.append(part)
                parts[position] = part = self._take_open()
            if part:
                lines.append(part)

    def _take_open(self) -> str:
        line = "".join(self._open)
        self._open.clear()
        self._open_size = 0
        return line


class EventBuffer:
    """Events on their way to one client.

    It never blocks the writer: `full` tells the producer to stop reading program output, and everything in `on_room`
    is called when the client has caught up. After `abandon` everything put in is dropped, so a program whose client has gone
    runs on undisturbed.
    """

    def __init__(self, *, pings: bool = True) -> None:
        self.on_room: list[Callable[[], None]] = []
        self._loop = asyncio.get_running_loop()
        self._parts: list[str] = []
        self._size = 0
        self._ended = False
        self._abandoned = False
        self._waiting: asyncio.Future[None] | None = None
        self._ping_timer = self._loop.call_later(PING_SECONDS, self._ping) if pings else None

    @property
    def full(self) -> bool:
        """Whether the client is behind by more than a buffer may hold."""
        return self._size > MAX_BUFFERED

    def put(self, event: str) -> None:
        """Add one encoded event, or several joined."""
        if self._abandoned or self._ended:
            return
        self._parts.append(event)
        self._size += len(event)
        self._wake()

    def put_lines(self, kind: str, lines: list[str], *, open_end: bool = False) -> None:
        """Add one event per line of output; with `open_end` the last of them has no line end."""
        if lines and not self._abandoned:
            tail = f',"timestamp":{now_ms()}}}\n\n'
            head = f'{{"type":"{kind}","text":'
            events = [f"{head}{encode_basestring(line)}{tail}" for line in lines]
            if open_end:
                events[-1] = f'{head}{encode_basestring(lines[-1])},"line_end":""{tail}'
            self.put("".join(events))

    async def room(self) -> None:
        """Wait while the buffer is full."""
        while self.full:
            emptied = self._loop.create_future()

            def resolve(emptied: asyncio.Future[None] = emptied) -> None:
                if not emptied.done():
                    emptied.set_result(None)

            self.on_room.append(resolve)
            try:
                await emptied
            finally:
                self.on_room.remove(resolve)

    def end(self) -> None:
        """Close the stream once what was put in has been taken."""
        self._ended = True
        self._stop_pings()
        self._wake()

    def abandon(self) -> None:
        """Drop what is there and what will come: nobody listens any more."""
        self._abandoned = True
        self._stop_pings()
        self._parts.clear()
        self._size = 0
        self._make_room()

    async def batches(self) -> AsyncGenerator[bytes, None]:
        """Iterate over the events in the order they were put in, several at a time when the client is slow."""
        while True:
            if self._parts:
                batch = "".join(self._parts)
                self._parts.clear()
                self._size = 0
                self._make_room()
                yield escape(batch)
            elif self._ended:
                return
            else:
                self._waiting = self._loop.create_future()
                await self._waiting

    def _ping(self) -> None:
        if not self._parts:  # a client that is behind needs no sign of life
            self.put(ping_event())
        self._ping_timer = self._loop.call_later(PING_SECONDS, self._ping)

    def _stop_pings(self) -> None:
        if self._ping_timer is not None:
            self._ping_timer.cancel()
            self._ping_timer = None

    def _make_room(self) -> None:
        for resume in tuple(self.on_room):
            resume()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
