"""What a program says first inside a tunnel: TLS and for which name, HTTP, lines of another kind, or no text at all."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Literal
from weakref import WeakKeyDictionary

_TLS_HANDSHAKE = 0x16
_LARGEST_OPENING = 1 << 15
# Lenient on purpose: whatever some server might take for HTTP has to be read as HTTP here.
_HTTP_LINE = re.compile(rb"\s*\S+\s.*HTTP/\d", re.IGNORECASE)
# No server takes this for the beginning of a line: a first byte that is no character, or a length as programs store it.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f-\xff]|..\x00\x00", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a connection began. `name` is the one that TLS asks for, None when it asks for none."""

    kind: Literal["tls", "http", "text", "binary"]
    name: str | None = None


class BrokenHello(ValueError):
    """Something that begins like TLS and is not, or goes on for too long."""


class OpeningReader:
    """Fed with the first bytes of a connection, piece by piece, until it can tell what they are."""

    def __init__(self) -> None:
        self.data = b""
        self._incoming = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    def feed(self, piece: bytes) -> Opening | None:
        """The answer, or None while more is needed. Raises BrokenHello."""
        self.data += piece
        opening = self._hello(piece) if self.data[:1] == bytes([_TLS_HANDSHAKE]) else _plain(self.data)
        if opening is None and len(self.data) > _LARGEST_OPENING:
            raise BrokenHello("the first message is longer than anything sensible")
        return opening

    def _hello(self, piece: bytes) -> Opening | None:
        # OpenSSL itself reads the hello, as a server that gives up as soon as it knows the name.
        if self._tls is None:
            self._tls = _context().wrap_bio(self._incoming, ssl.MemoryBIO(), server_side=True)
        self._incoming.write(piece)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLError as error:
            if self._tls not in _names:
                raise BrokenHello(f"TLS that cannot be read: {error.reason}") from None
        return Opening("tls", _names[self._tls])


# One context for all, since making one takes longer than reading a hello; so what it hears is kept by connection.
_names: WeakKeyDictionary[ssl.SSLObject, str | None] = WeakKeyDictionary()


@cache
def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = _note_name
    return context


def _note_name(tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int:
    _names[tls] = name
    return ssl.ALERT_DESCRIPTION_USER_CANCELLED


def _plain(data: bytes) -> Opening | None:
    if _BINARY.match(data):
        return Opening("binary")
    line, end, _ = data.lstrip(b"\r\n").partition(b"\n")
    if not end:
        return None
    return Opening("http" if _HTTP_LINE.match(line) else "text")
