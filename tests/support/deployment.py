"""A small deployment on a `FaultServer`: it keeps sandboxes, and each of them has a daemon that answers a little.

Every fault of the server can be put in front of it; `alive` tells which sandboxes are left.
"""

from __future__ import annotations

import json
import ssl
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

from tests.support.faults import FaultServer, Request, answer, chunk, head

CREATED = "2026-01-02T03:04:05Z"
TOKEN = "endpoint-token-that-nobody-may-see"
REQUEST_ID = "req-4711"
CONTENT = b"the content of a file"


def event(**members: object) -> bytes:
    """Return one event as the daemon frames it."""
    return json.dumps({"timestamp": 1790000000000, **members}).encode() + b"\n\n"


INIT = event(type="init", text="ex-1")
PING = event(type="ping", text="pong")
OUTPUT = event(type="stdout", text="grüße\n")
COMPLETE = event(type="execution_complete", execution_time=3)
EVENTS = INIT + PING + OUTPUT + COMPLETE

STREAM_HEAD = head(
    200, content_type="text/event-stream", transfer_encoding="chunked", x_request_id=REQUEST_ID
)


def stream_answer(*chunks: bytes) -> bytes:
    """Return a complete event stream, one chunk after the other."""
    return b"".join([STREAM_HEAD, *map(chunk, chunks), chunk(b"")])


class Deployment(FaultServer):
    """Makes, finds, describes and ends sandboxes. `alive` holds the records of those that are there."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.app = self._answer
        self.alive: dict[str, dict[str, Any]] = {}
        self._numbers = count(1)

    def add(self, sandbox_id: str, metadata: dict[str, str] | None = None) -> dict[str, Any]:
        """Let a sandbox be there, and return its record."""
        self.alive[sandbox_id] = record = {
            "id": sandbox_id,
            "status": {"state": "Running"},
            "createdAt": CREATED,
            "entrypoint": ["tail", "-f", "/dev/null"],
            "metadata": metadata or {},
        }
        return record

    def enter(self, sandbox_id: str, state: str, reason: str = "", message: str = "") -> None:
        """Let a sandbox be in a state."""
        self.alive[sandbox_id]["status"] = {"state": state, "reason": reason, "message": message}

    def _answer(self, request: Request) -> bytes:
        where = request.path.strip("/").split("/")
        if where[:2] == ["v1", "sandboxes"]:
            return self._lifecycle(request, [unquote(part) for part in where[2:]])
        if where[0] == "at":
            return _daemon(f"{request.method} /{'/'.join(where[3:])}", request)
        return _missing(request.path)

    def _lifecycle(self, request: Request, where: list[str]) -> bytes:
        if not where and request.method == "POST":
            return answer(202, self.add(f"sbx-{next(self._numbers)}", request.json.get("metadata")))
        if not where:
            return self._page(request)
        record = self.alive.get(where[0])
        if record is None:
            return _missing(where[0])
        match request.method, where[1:]:
            case "GET", []:
                return answer(200, record)
            case "DELETE", []:
                del self.alive[where[0]]
                return answer(204)
            case "POST", ["pause"] | ["resume"]:
                return answer(202)
            case "POST", ["renew-expiration"]:
                return answer(200, request.json)
            case "GET", ["endpoints", port]:
                endpoint = f"{self._host}/at/{where[0]}/{port}"
                return answer(200, {"endpoint": endpoint, "headers": {"X-EXECD-ACCESS-TOKEN": TOKEN}})
        return _missing(request.path)

    @property
    def _host(self) -> str:
        return f"localhost:{self.port}" if self._tls else self.address

    def _page(self, request: Request) -> bytes:
        query = parse_qs(request.target.partition("?")[2])
        wanted = dict(parse_qsl(query.get("metadata", [""])[0]))
        items = [record for record in self.alive.values() if wanted.items() <= record["metadata"].items()]
        pagination = {
            "page": 1,
            "pageSize": 20,
            "totalItems": len(items),
            "totalPages": 1,
            "hasNextPage": False,
        }
        return answer(200, {"items": items, "pagination": pagination})


def _daemon(line: str, request: Request) -> bytes:
    match line:
        case "GET /files/info":
            paths = parse_qs(request.target.partition("?")[2])["path"]
            return answer(200, {path: _file(path) for path in paths})
        case "GET /ping" | "POST /files/upload" | "DELETE /command":
            return answer(200)
        case "POST /command":
            return stream_answer(INIT, PING, OUTPUT, COMPLETE)
        case "GET /files/download":
            return answer(200, CONTENT, content_type="application/octet-stream")
    if line.startswith("GET /command/status/"):
        finished = {"running": False, "exit_code": 0, "started_at": CREATED, "finished_at": CREATED}
        return answer(200, {"id": line.rpartition("/")[2], "content": "x", **finished})
    return _missing(line)


def _file(path: str) -> dict[str, Any]:
    times = {"modified_at": CREATED, "created_at": CREATED}
    return {
        "path": path,
        "type": "file",
        "size": len(CONTENT),
        "mode": 644,
        "owner": "root",
        "group": "root",
        **times,
    }


def _missing(what: str) -> bytes:
    return answer(404, {"code": "NOT_FOUND", "message": f"no {what}"}, x_request_id=REQUEST_ID)
