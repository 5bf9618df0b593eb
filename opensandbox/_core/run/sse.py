"""Where one event ends in a stream of bytes, in time linear in its length.

Two framings are in use under `text/event-stream`, told apart by the first byte that is not white space: bare JSON
objects with an empty line behind each, and the standard `data:` lines.
"""

from __future__ import annotations

from typing import Final

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class EventSplitter:
    """Cuts a stream into the payloads of its events, wherever the network cut it.

    splitter = EventSplitter()
    for chunk in chunks:
        for payload in splitter.feed(chunk):
            print(json.loads(payload))
    tail = splitter.finish()
    """

    __slots__ = ("_framing",)

    @property
    def held(self) -> int:
        """Return how many bytes of an event whose end has not come are kept."""
        return 0 if self._framing is None else self._framing.held

    def __init__(self) -> None:
        self._framing: BareFraming | StandardFraming | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads that end within `data`, the next bytes of the stream."""
        if self._framing is None:
            data = data.lstrip()
            if not data:
                return []
            self._framing = BareFraming() if data[:1] in (b"{", b"[") else StandardFraming()
        return self._framing.feed(data)

    def finish(self) -> list[bytes]:
        """Return the payload that the end of the stream cut off, if there is one."""
        return [] if self._framing is None else self._framing.finish()


class BareFraming:
    """JSON without raw line feeds, so that two of them in a row end an event and nothing else does."""

    __slots__ = ("_after_line_feed", "_pieces", "held")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.held = 0
        self._after_line_feed = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads that end within `data`."""
        if not data:
            return []
        if b"\n" not in data:
            # The middle of a large event. Looking for two bytes would take ten times as long.
            self._pieces.append(data)
            self.held += len(data)
            self._after_line_feed = False
            return []
        if self._after_line_feed and data.startswith(b"\n"):
            payloads = [b"", *data[1:].split(b"\n\n")]
        else:
            payloads = data.split(b"\n\n")
        rest = payloads.pop()
        if payloads and self._pieces:
            # Kept apart until the event is complete: joining at every piece would make a long event quadratic.
            payloads[0] = b"".join([*self._pieces, payloads[0]])
            self._pieces = []
        if payloads:
            self.held = 0
        if rest:
            self._pieces.append(rest)
            self.held += len(rest)
        self._after_line_feed = rest.endswith(b"\n")
        return _stripped(payloads)

    def finish(self) -> list[bytes]:
        """Return the last payload, whose empty line is missing."""
        pieces, self._pieces = self._pieces, []
        return _stripped([b"".join(pieces)])


class StandardFraming:
    """Server-sent events as the HTML standard has them; of their fields only `data` counts here."""

    __slots__ = ("_after_return", "_data", "_data_size", "_first", "_pieces", "_rest_size")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._rest_size = 0
        self._data_size = 0
        self._data: list[bytes] = []
        self._after_return = False
        self._first = True

    @property
    def held(self) -> int:
        """Return how many bytes are kept: of an unfinished line, and of the lines of an unfinished event."""
        return self._rest_size + self._data_size

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads that end within `data`."""
        if self._after_return and data.startswith(b"\n"):
            data = data[1:]
        self._after_return = data.endswith(b"\r")
        cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if cut == 0:
            if data:
                self._pieces.append(data)
                self._rest_size += len(data)
            return []
        lines = data[:cut].splitlines()
        if self._pieces:
            lines[0] = b"".join([*self._pieces, lines[0]])
        self._pieces = [data[cut:]] if cut < len(data) else []
        self._rest_size = len(data) - cut
        if self._first:
            self._first = False
            lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
        return self._dispatch(lines)

    def finish(self) -> list[bytes]:
        """Return the last payload, whose empty line is missing."""
        pieces, self._pieces = self._pieces, []
        return self._dispatch([b"".join(pieces), b""])

    def _dispatch(self, lines: list[bytes]) -> list[bytes]:
        found: list[bytes] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[6:] if line[5:6] == b" " else line[5:])
                self._data_size += len(line)
            elif not line and data:
                found.append(data[0] if len(data) == 1 else b"\n".join(data))
                data.clear()
                self._data_size = 0
        return _stripped(found)


def _stripped(pieces: list[bytes]) -> list[bytes]:
    return [payload for piece in pieces if (payload := piece.strip())]
