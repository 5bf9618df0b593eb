"""The words in which a SOCKS5 proxy is asked for a connection (RFC 1928), and its answers.

`socksio` writes the requests and reads the replies, each of which it wants whole; how long they are is told here. The name of
the host goes to the proxy, which looks it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socksio import ProtocolError
from socksio.socks5 import (
    SOCKS5AuthMethod,
    SOCKS5AuthMethodsRequest,
    SOCKS5AuthReply,
    SOCKS5Command,
    SOCKS5CommandRequest,
    SOCKS5Reply,
    SOCKS5ReplyCode,
    SOCKS5UsernamePasswordReply,
    SOCKS5UsernamePasswordRequest,
)

if TYPE_CHECKING:
    from collections.abc import Generator

REFUSALS = {
    SOCKS5ReplyCode.GENERAL_SERVER_FAILURE: "it failed",
    SOCKS5ReplyCode.CONNECTION_NOT_ALLOWED_BY_RULESET: "its rules do not allow it",
    SOCKS5ReplyCode.NETWORK_UNREACHABLE: "the network is unreachable",
    SOCKS5ReplyCode.HOST_UNREACHABLE: "the host is unreachable",
    SOCKS5ReplyCode.CONNECTION_REFUSED: "the host refused the connection",
    SOCKS5ReplyCode.TTL_EXPIRED: "the way to the host is too long",
    SOCKS5ReplyCode.COMMAND_NOT_SUPPORTED: "it does not open connections",
    SOCKS5ReplyCode.ADDRESS_TYPE_NOT_SUPPORTED: "it does not know this type of address",
}


class Refused(Exception):
    """The proxy opens no connection; the text says why."""


def greeting(host: str, port: int, login: tuple[bytes, bytes] | None) -> Generator[bytes, bytes, None]:
    """Yield what to send; it is sent what came back, all of it so far or more of it. An empty yield asks for more.

    Raises `Refused`.
    """
    try:
        method = SOCKS5AuthMethod.NO_AUTH_REQUIRED if login is None else SOCKS5AuthMethod.USERNAME_PASSWORD
        data = yield from _reply(SOCKS5AuthMethodsRequest([method]).dumps(), 2)
        if SOCKS5AuthReply.loads(data).method != method:
            raise Refused(
                "the SOCKS proxy wants a login" if login is None else "the SOCKS proxy takes no login"
            )
        if login is not None:
            data = yield from _reply(SOCKS5UsernamePasswordRequest(*login).dumps(), 2)
            if not SOCKS5UsernamePasswordReply.loads(data).success:
                raise Refused("the SOCKS proxy refuses the login")
        request = SOCKS5CommandRequest.from_address(SOCKS5Command.CONNECT, (host, port))
        data = yield from _reply(request.dumps(), None)
        code = SOCKS5Reply.loads(data).reply_code
    except ProtocolError as error:
        raise Refused(f"the SOCKS proxy gave a malformed reply: {error}") from error
    if code != SOCKS5ReplyCode.SUCCEEDED:
        raise Refused(f"the SOCKS proxy cannot connect to {host}:{port}: {REFUSALS.get(code, code)}")


def _reply(request: bytes, length: int | None) -> Generator[bytes, bytes, bytes]:
    data = yield request
    while len(data) < (needed := length or _length_of(data)):
        data += yield b""
    return data[:needed]


def _length_of(data: bytes) -> int:
    """Return the length of a reply to the last request, as far as its beginning tells."""
    if len(data) < 5:
        return 5
    address = {b"\x01": 4, b"\x04": 16}.get(data[3:4], 1 + data[4])
    return 4 + address + 2
