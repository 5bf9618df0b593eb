"""Keep secrets out of what comes back, in every spelling that a server gives to text without being asked to hide it."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Shorter ones would be masked in the midst of ordinary text.
SHORTEST = 6
_WORTH_WAITING = 8
_ROUNDS = 3  # JSON in JSON, a query within a query
# How a character may be written: in percent, for JSON and for programs, for HTML.
_ESCAPE = re.compile(
    rb"[%\\&](?:(?<=%)[0-9a-f]{2}"
    rb"|(?<=\\)(?:u[d][89ab][0-9a-f]{2}\\u[d][c-f][0-9a-f]{2}|u[0-9a-f]{4}|x[0-9a-f]{2}|[\\/\"'bfnrt])"
    rb"|(?<=&)(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});)",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(
    rb"(?:%[0-9a-f]?|(?:\\u[d][89ab][0-9a-f]{2})?\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|\\u[d][89ab][0-9a-f]{2}|&#?[0-9a-z]{0,8})\Z",
    re.IGNORECASE,
)
_LONGEST_ESCAPE = 12
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Mask:
    """Stars instead of secrets, as many as there were bytes, so that lengths stay true. One for each response.

    Each character of a secret may be escaped in its own way, and what is escaped may be escaped again. A stream is not held
    up for the sake of a few bytes at the end of a piece that might begin a secret: those pass, and
    what follows them is masked all the same.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        texts = {text for secret in secrets if len(secret) >= SHORTEST for text in _texts(secret.encode())}
        self._texts = sorted(texts, key=len, reverse=True)
        self._longest = max(map(len, texts), default=0) * _LONGEST_ESCAPE
        self._passed = self._held = b""

    def whole(self, text: bytes) -> bytes:
        """A text that is there as a whole."""
        return self._starred(text) if self._texts else text

    def feed(self, piece: bytes) -> bytes:
        """The next piece of a stream; what may be a good part of a secret waits for the next one."""
        if not self._texts:
            return piece
        text = self._passed + self._held + piece
        begin = len(self._passed)
        end = max(begin, self._beginning(text))
        shown = self._starred(text)[begin:end]
        self._passed, self._held = text[max(0, end - self._longest) : end], text[end:]
        return shown

    def end(self) -> bytes:
        """What is left: nothing that a good part of a secret could be read from."""
        held, self._held = self._held, b""
        return b"*" * len(held)

    def _starred(self, text: bytes) -> bytes:
        result = bytearray(text)
        for layer in _layers(text):
            for secret in self._texts:
                place = layer.text.find(secret)
                while place >= 0:
                    start, end = layer.place(place), layer.place(place + len(secret))
                    result[start:end] = b"*" * (end - start)
                    place = layer.text.find(secret, place + len(secret))
        return bytes(result)

    def _beginning(self, text: bytes) -> int:
        """Where a secret seems to begin that the end of a text cuts off; the end where none does."""
        before = max(0, len(text) - self._longest)
        tail = text[before:]
        return before + min(
            _begun(layer, secret)
            for layers in (_layers(tail), _layers(tail, cut_off=True))
            for layer in layers
            for secret in self._texts
        )


@dataclass(frozen=True, slots=True)
class _Layer:
    """A text as whoever unescapes it reads it, and where each place of it was in the original.

    `after` are the places behind each escape here, ascending, and `before` the same places of the text `below`. `cut` bytes
    of the original are missing at the end, which begin an escape.
    """

    text: bytes
    after: list[int]
    before: list[int]
    below: _Layer | None = None
    cut: int = 0

    def place(self, position: int) -> int:
        """Where a place of this text is in the original."""
        index = bisect_right(self.after, position) - 1
        position += self.before[index] - self.after[index]
        return self.below.place(position) if self.below else position


def _layers(text: bytes, *, cut_off: bool = False) -> Iterator[_Layer]:
    """The text itself, and as often as something in it is escaped, what that means. With `cut_off` without the begun escapes at its end."""
    whole = len(text)
    layer = _Layer(text, [0], [0])
    for _ in range(_ROUNDS + 1):
        if cut_off and (cut := _CUT_OFF.search(layer.text, max(0, len(layer.text) - _LONGEST_ESCAPE))):
            layer = replace(layer, text=layer.text[: cut.start()], cut=whole - layer.place(cut.start()))
        yield layer
        if not any(mark in layer.text for mark in (b"%", b"\\", b"&")):
            return
        after, before, pieces, length = [0], [0], [], 0
        for found in _ESCAPE.finditer(layer.text):
            pieces += [layer.text[before[-1] : found.start()], _meaning(found[0])]
            length += len(pieces[-2]) + len(pieces[-1])
            after.append(length)
            before.append(found.end())
        if not pieces:
            return
        pieces.append(layer.text[before[-1] :])
        layer = _Layer(b"".join(pieces), after, before, layer, layer.cut)


def _begun(layer: _Layer, secret: bytes) -> int:
    """Where in the original the secret begins that the end of a text cuts off; its end where that is not so."""
    # Not looked for byte by byte: secrets may be long, and pieces many.
    end, head = layer.text, secret[: min(_WORTH_WAITING, (len(secret) + 1) // 2 + 1)]
    start = max(0, len(end) - len(secret) + 1)
    while (start := end.find(head, start)) >= 0:
        if secret.startswith(end[start:]):
            return layer.place(start)
        start += 1
    return layer.place(len(end)) + layer.cut


@lru_cache(4096)
def _meaning(escape: bytes) -> bytes:
    kind, code = escape[:2].lower(), escape[2:]
    if escape.startswith(b"%"):
        return bytes.fromhex(escape[1:].decode())
    if kind == rb"\x":
        return chr(int(code, 16)).encode()
    if kind == rb"\u":
        units = [int(unit, 16) for unit in re.split(rb"\\u", code, flags=re.IGNORECASE)]
        text = b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be", "replace")
        return text.encode()
    if escape.startswith(b"\\"):
        return _SHORT.get(escape[1:], escape[1:])
    return html.unescape(escape.decode()).encode("utf-8", "replace")


def _texts(secret: bytes) -> Iterator[bytes]:
    """What to look for: a secret, with `+` for blanks as forms have it, and as it reads where it looks escaped itself."""
    for text in (secret, secret.replace(b" ", b"+")):
        yield from (layer.text for layer in _layers(text) if len(layer.text) >= SHORTEST)
