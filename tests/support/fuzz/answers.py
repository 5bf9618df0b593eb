"""A server that passes questions on to a real one, and spoils the answers: wrong types, pieces missing, nonsense on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import httpx
from hypothesis import strategies as st

from opensandbox.exceptions import InvalidArgumentException, SandboxException
from tests.support.faults import APP, FIN, FaultServer, Request

_HOP: Final = {
    "connection",
    "content-length",
    "transfer-encoding",
    "keep-alive",
    "host",
    "accept-encoding",
    "date",
    "server",
}
_GONE: Final = object()

_MEMBERS: Final[tuple[Any, ...]] = (
    _GONE, None, True, 0, -1, 10**400, 1.5, float("nan"), float("inf"), "", "\0", "\ud83d", "\x1b[2J", "x" * 20_000, [], [None], [[]],
    {}, {"a": None}, "../../etc", "2026-13-45T99:00:00Z", "0000-00-00", "127.0.0.1:1/\r\nX: y", [{}] * 3, {"": {"": {}}},
)  # fmt: skip
_BODIES: Final[tuple[bytes, ...]] = (
    b"", b"null", b"[]", b"{}", b"{", b'"', b"\xff\xfe", b"\xef\xbb\xbf{}", b"<html><body>sorry</body></html>", b"[" * 20_000,
    b'{"a":' * 5_000, b"1e999", b'{"id": NaN}', b"data: \n\n", b"data: {}\n\n", b"\0" * 1000, b'{"type":"stdout"}\n\n', b"x" * 300_000,
    b'{"type":"error","error":null}\n\n', b'{"type":"result","results":[1]}\n\n', b'{"type":7}\n\n', b"event: x\nid: 1\nretry: no\n\n",
)  # fmt: skip
_HEADERS: Final[tuple[bytes, ...]] = (
    b"Content-Type: text/html", b"Content-Type:", b"Content-Type: application/json; charset=klingon", b"Content-Encoding: gzip",
    b"Content-Encoding: br, gzip", b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"X: " + b"y" * 200_000,
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Retry-After: never", b"Retry-After: -5", b"Location: http://[", b"no colon",
    b"X-Request-ID: \xff\x1b[1m", b" folded", b"Set-Cookie: a=b; path=/", b"Connection: upgrade", b"EXECD-COMMANDS-TAIL-CURSOR: 1e9",
)  # fmt: skip
_STATUSES: Final = (
    100,
    199,
    200,
    201,
    202,
    204,
    205,
    206,
    226,
    300,
    302,
    304,
    307,
    400,
    404,
    409,
    410,
    412,
    418,
    429,
    451,
    500,
    502,
    503,
    599,
    999,
)
_BEGINNINGS: Final[tuple[bytes, ...]] = (
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 3, b"\r\n", b"\r\n\r\n", b"ICY 200 OK\r\n\r\n", b"HTTP/0.9 200\r\n\r\n",
    b"HTTP/2.0 200 OK\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"\x16\x03\x01", b"HTTP/1.1 200 OK\r\n" * 200, b"{}", b"\0", b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}",
)  # fmt: skip


class Spoiled(NamedTuple):
    """What becomes of one answer: that of the `turn`-th request of a call."""

    turn: int
    what: str
    how: Any
    where: int

    def __repr__(self) -> str:
        return f"Spoiled({self.turn}, {self.what!r}, {f'{self.how!r}'[:80]}, {self.where})"

    def applied(self, status: int, headers: list[bytes], body: bytes) -> bytes:
        """Return the bytes that go over the wire."""
        if self.what == "member":
            body = _with_member(body, self.where, self.how)
        elif self.what == "body":
            body = self.how
        elif self.what == "status":
            status = self.how
        length = [b"Content-Length: %d" % len(body)]
        if self.what == "header":
            length = [] if self.how.lower().startswith((b"content-length", b"transfer")) else length
            headers = [*headers, self.how]
        raw = b"\r\n".join([b"HTTP/1.1 %d Said" % status, *headers, *length, b"", b""]) + body
        if self.what == "beginning":
            return bytes(self.how) + raw
        if self.what == "cut":
            return raw[: self.where % len(raw)]
        return raw


def spoiled() -> st.SearchStrategy[Spoiled]:
    """Return a strategy for what becomes of an answer."""
    kinds = {
        "member": _MEMBERS,
        "body": _BODIES,
        "header": _HEADERS,
        "status": _STATUSES,
        "beginning": _BEGINNINGS,
        "cut": (None,),
    }
    wheres = st.integers(0, 5000)
    one = [
        st.builds(Spoiled, st.integers(0, 2), st.just(what), st.sampled_from(hows), wheres)
        for what, hows in kinds.items()
    ]
    return st.one_of(one[0], one[0], one[0], *one)  # most of what servers get wrong is a member


class SpoilingServer(FaultServer):
    """See the module. `spoil` says what becomes of the next answers; without it they pass as they are."""

    def __init__(self, domain: str) -> None:
        super().__init__()
        self.app = self._passed_on
        self._there = domain
        self._upstream = httpx.Client(base_url=f"http://{domain}", trust_env=False, timeout=30)
        self._spoiled: Spoiled | None = None
        self._turn = 0
        # A connection for each: what is left over of a spoiled answer is nobody's.
        self.always("* **", [APP, FIN])

    def spoil(self, spoiled: Spoiled | None) -> None:
        """Spoil an answer of what is asked from now on."""
        self._spoiled, self._turn = spoiled, 0

    def __exit__(self, *exc_info: object) -> None:
        super().__exit__(*exc_info)
        self._upstream.close()

    def _passed_on(self, request: Request) -> bytes:
        headers = {name: value for name, value in request.headers.items() if name not in _HOP}
        answer = self._upstream.request(
            request.method,
            request.target,
            headers={**headers, "accept-encoding": "identity"},
            content=request.body,
        )
        body = answer.content.replace(self._there.encode(), self.address.encode())
        lines = [
            name + b": " + value for name, value in answer.headers.raw if name.lower().decode() not in _HOP
        ]
        turn, self._turn = self._turn, self._turn + 1
        if self._spoiled is not None and self._spoiled.turn == turn:
            return self._spoiled.applied(answer.status_code, lines, body)
        return Spoiled(0, "nothing", None, 0).applied(answer.status_code, lines, body)


def blame(failure: BaseException) -> str | None:
    """Return what is wrong with how a call failed whose arguments are fine; `None` when it is an error of the package."""
    if isinstance(failure, InvalidArgumentException):
        return f"an answer is no mistake of the caller's: {failure!s:.300}"
    if not isinstance(failure, SandboxException):
        return f"a bare {type(failure).__name__}: {failure!s:.300}"
    return None if str(failure).strip() else f"{type(failure).__name__} says nothing"


def _with_member(body: bytes, where: int, value: Any) -> bytes:
    """Return JSON, or one event of several, with one member, item or the whole of it replaced or left out."""
    lines = body.split(b"\n\n")
    line = where % len(lines)
    try:
        tree = json.loads(lines[line])
    except ValueError:
        return body
    root = {"": tree}
    places = list(_places(root))
    holder, key = places[where % len(places)]
    if value is not _GONE:
        holder[key] = value
    elif holder is root:
        return b""
    else:
        del holder[key]
    lines[line] = json.dumps(root[""]).encode()
    return b"\n\n".join(lines)


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])
