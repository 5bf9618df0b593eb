"""A thin stand-in for a deployment: canned bytes over HTTP/1.1, so fast that what is measured is the client. Prints its address.

It ends when its input does. Nothing is kept: every sandbox exists, and forgetting one changes nothing.

| Request                                    | Answer                                                                    |
|--------------------------------------------|---------------------------------------------------------------------------|
| POST   /v1/sandboxes                       | 202, a running sandbox with a number of its own                           |
| GET    /v1/sandboxes[?…]                   | 200, one page of 200 sandboxes                                            |
| GET    /v1/sandboxes/ID                    | 200, that sandbox                                                         |
| DELETE /v1/sandboxes/ID                    | 204                                                                       |
| POST   /v1/sandboxes/ID/renew-expiration   | 200, the new expiry                                                       |
| GET    /v1/sandboxes/ID/endpoints/PORT     | 200, this server below `/at/ID`                                           |
| GET    /at/ID/ping, /health, /ready        | 200, empty                                                                |
| POST   /at/ID/command                      | 200, an event stream that the text of the command chooses, see below      |
| GET    /at/ID/files/download?path=N        | 200, N MiB; the path may have folders in front: `/tmp/256`                |
| POST   /at/ID/files/upload                 | 200 once all has come, with a length or in chunks; what came is discarded |

| Command                    | Events                                                                                            |
|----------------------------|---------------------------------------------------------------------------------------------------|
| `events N [FRAMING [K]]`   | N of standard output, 16 bytes of text each, K to a chunk (left out: 64, as a busy pipe has them) |
| `big N [FRAMING]`          | one of standard output with N MiB of text, in chunks of 64 KiB                                    |
| anything else              | `init`, `ping` and the end, a chunk each: a command that does nothing                             |

FRAMING is `json` (left out: that), as the reference daemon writes events, or `data`, as the media type says.
"""

import asyncio
import contextlib
import functools
import json
import os
import re
import sys
from itertools import count
from pathlib import Path

NUMBERS = count(1)
SANDBOXES_LISTED = 200
MIB = 1 << 20
CHUNK = 1 << 16
EVENTS_PER_CHUNK = 64
MOMENT = "2036-01-01T00:00:00Z"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
END_OF_CHUNKS = b"\r\n0\r\n\r\n"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"


def plain(status: str, body: bytes = b"") -> bytes:
    """Return a whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def sandbox(identifier: str) -> bytes:
    """Return a sandbox as the lifecycle API shows it."""
    made = {
        "id": identifier,
        "status": {"state": "Running", "lastTransitionAt": "2026-01-01T00:00:01Z"},
        "createdAt": "2026-01-01T00:00:00Z",
        "expiresAt": MOMENT,
        "image": {"uri": "python:3.12"},
        "metadata": {"team": "bench"},
        "entrypoint": ["tail", "-f", "/dev/null"],
    }
    return json.dumps(made).encode()


def chunk(content: bytes) -> bytes:
    """Return content as a chunk."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def event(framing: str, **members: object) -> bytes:
    """Return an event in one of the framings."""
    prefix = b"data: " if framing == "data" else b""
    return prefix + json.dumps(members, separators=(",", ":")).encode() + b"\n\n"


@functools.cache
def stream(command: str) -> tuple[int, int]:
    """Return the answer to a command as a file in memory, and its size: the kernel sends it by itself."""
    kind, *rest = command.split()
    number, framing, together = (*rest, *("", "json", EVENTS_PER_CHUNK)[len(rest) :])
    say = functools.partial(event, framing, timestamp=1790000000000)
    pieces = [STREAM_HEAD, chunk(say(type="init", text="c-1")), chunk(say(type="ping", text="pong"))]
    if kind == "events":
        one = say(type="stdout", text="0123456789abcde\n")
        whole, left = divmod(int(number), int(together))
        pieces += [chunk(one * int(together))] * whole + ([chunk(one * left)] if left else [])
    else:
        big = say(type="stdout", text="x" * (int(number) * MIB))
        pieces += [chunk(big[start : start + CHUNK]) for start in range(0, len(big), CHUNK)]
    pieces += [chunk(say(type="execution_complete", execution_time=1)), b"0\r\n\r\n"]
    return in_memory(b"".join(pieces))


@functools.cache
def download(mebibytes: int) -> tuple[int, int]:
    """Return the answer to a download, in the same way."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {mebibytes * MIB}\r\n\r\n"
    return in_memory(head.encode() + bytes(range(256)) * (mebibytes * MIB // 256))


def in_memory(content: bytes) -> tuple[int, int]:
    """Return a descriptor, which stays open for the next who asks, and the size of what it holds."""
    descriptor = os.memfd_create("answer")
    with open(descriptor, "wb", closefd=False) as file:
        file.write(content)
    return descriptor, len(content)


NOTHING = STREAM_HEAD + b"".join(
    [
        chunk(event("json", type="init", text="c-1", timestamp=1790000000000)),
        chunk(event("json", type="ping", text="pong", timestamp=1790000000000)),
        chunk(event("json", type="execution_complete", execution_time=1, timestamp=1790000000001)),
        b"0\r\n\r\n",
    ]
)
LISTED = plain(
    "200 OK",
    b'{"items":[%b],"pagination":{"page":1,"pageSize":%d,"totalItems":%d,"totalPages":1,"hasNextPage":false}}'
    % (
        b",".join(sandbox(f"s-{number}") for number in range(SANDBOXES_LISTED)),
        SANDBOXES_LISTED,
        SANDBOXES_LISTED,
    ),
)
RENEWED = plain("200 OK", json.dumps({"expiresAt": MOMENT}).encode())
DELETED = b"HTTP/1.1 204 No Content\r\n\r\n"
EMPTY = plain("200 OK")
UNKNOWN = plain("404 Not Found", b'{"code":"NOT_FOUND","message":"the stub has no such route"}')


class Peer(asyncio.Protocol):
    """One connection: a request at a time, an answer each."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = transport
        self.head = b""
        self.body = bytearray()
        self.left = 0
        self.in_chunks = False
        self.sending = None

    def data_received(self, data: bytes) -> None:
        """Take what came: of a head, or of a body."""
        if self.left:
            self.left -= len(data)
            self.keep(data)
        elif self.in_chunks:
            self.keep(data)
        else:
            self.head += data
            head, separator, rest = self.head.partition(b"\r\n\r\n")
            if not separator:
                return
            self.head = head
            length = LENGTH.search(head)
            self.in_chunks = CHUNKED.search(head) is not None
            self.left = int(length[1]) - len(rest) if length else 0
            self.keep(rest)
        # What is uploaded ends with a boundary of the form: the end of the chunks is not mistaken for content.
        if self.in_chunks:
            if not self.body.endswith(END_OF_CHUNKS):
                return
        elif self.left > 0:
            return
        head, body = self.head, bytes(self.body)
        self.head, self.left, self.in_chunks = b"", 0, False
        self.body.clear()
        self.answer(head, body)

    def keep(self, data: bytes) -> None:
        """Remember the end of a body, and all of a small one."""
        self.body += data[-CHUNK:]
        del self.body[:-CHUNK]

    def answer(self, head: bytes, body: bytes) -> None:
        """Send what belongs to this request."""
        method, target, _ = head.partition(b"\r\n")[0].decode().split(" ")
        path, _, query = target.partition("?")
        if path.startswith("/at/"):
            self.from_daemon(path.split("/", 3)[3], query, body)
        else:
            self.transport.write(from_control_plane(method, path.strip("/").split("/")))

    def from_daemon(self, path: str, query: str, body: bytes) -> None:
        """Answer for the daemon inside a sandbox."""
        if path == "command":
            command = json.loads(body)["command"]
            if command.split(" ")[0] in ("events", "big"):
                self.send_file(*stream(command))
            else:
                self.transport.write(NOTHING)
        elif path == "files/download":
            number = re.search(r"path=[^&]*?(\d+)(?:&|$)", query)
            assert number is not None, query
            self.send_file(*download(int(number[1])))
        elif path in ("ping", "health", "ready", "files/upload"):
            self.transport.write(EMPTY)
        else:
            self.transport.write(UNKNOWN)

    def send_file(self, descriptor: int, size: int) -> None:
        """Let the kernel send it."""

        async def send() -> None:
            # A file object of its own: two connections may be at different places.
            with Path(f"/proc/self/fd/{descriptor}").open("rb") as file, contextlib.suppress(ConnectionError):  # noqa: ASYNC230
                await asyncio.get_running_loop().sendfile(self.transport, file, 0, size)

        self.sending = asyncio.ensure_future(send())


def from_control_plane(method: str, parts: list[str]) -> bytes:
    """Return the answer of the lifecycle API to a path below `/v1/sandboxes`."""
    match method, parts[2:]:
        case "POST", []:
            return plain("202 Accepted", sandbox(f"s-{next(NUMBERS)}"))
        case "GET", []:
            return LISTED
        case "GET", [identifier]:
            return plain("200 OK", sandbox(identifier))
        case "DELETE", [_]:
            return DELETED
        case "POST", [_, "renew-expiration"]:
            return RENEWED
        case "GET", [identifier, "endpoints", _]:
            return plain("200 OK", json.dumps({"endpoint": f"{ADDRESS}/at/{identifier}"}).encode())
        case _:
            return UNKNOWN


async def main() -> None:
    """Serve until the input ends."""
    global ADDRESS
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Peer, "127.0.0.1", 0, backlog=1024)
    ADDRESS = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(ADDRESS, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
