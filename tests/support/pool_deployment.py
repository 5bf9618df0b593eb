"""A deployment for pools under stress: it ends sandboxes whose time is over, can refuse everything, and can be slow."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.support.loop_server import LoopServer


@dataclass
class Record:
    """One sandbox. `renewed`: its time was set after it was made."""

    worker: str
    expires: float
    renewed: bool = False


@dataclass
class StressedDeployment(LoopServer):
    """Serves real sockets from a thread. `alive` is what is there, `made` counts all that ever were."""

    refusing: bool = False
    creation_seconds: float = 0.02
    made: int = 0
    refused: int = 0
    alive: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._numbers = count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                method, path, _ = head[0].split(" ")
                length = next(
                    (int(line[15:]) for line in head if line.lower().startswith("content-length:")), 0
                )
                body = await reader.readexactly(length)
                if (method, path) == ("POST", "/v1/sandboxes"):
                    await asyncio.sleep(self.creation_seconds)
                status, answer = self._answer(method, path.split("?")[0], json.loads(body) if body else {})
                data = b"" if answer is None else json.dumps(answer).encode()
                lines = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
                writer.write(lines.encode() + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def expire(self) -> None:
        """End what has had its time."""
        now = time.time()
        for sandbox_id in [key for key, record in self.alive.items() if record.expires <= now]:
            del self.alive[sandbox_id]

    def _answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, object]:
        if self.refusing:
            self.refused += 1
            return 503, {"code": "UNAVAILABLE", "message": "a bad moment"}
        self.expire()
        where = path.strip("/").split("/")
        if where[0] == "at":
            return (200, None) if where[1] in self.alive else (502, {"code": "GONE", "message": path})
        if method == "POST" and len(where) == 2:
            return 202, self._make(body)
        record = self.alive.get(where[2])
        if record is None:
            return 404, {"code": "NOT_FOUND", "message": path}
        if method == "DELETE":
            del self.alive[where[2]]
            return 204, None
        if where[3:] == ["renew-expiration"]:
            record.expires = datetime.fromisoformat(body["expiresAt"]).timestamp()
            record.renewed = True
            return 200, {"expiresAt": body["expiresAt"]}
        if where[3:4] == ["endpoints"]:
            return 200, {"endpoint": f"{self.address}/at/{where[2]}"}
        return 200, _described(where[2], record.expires)

    def _make(self, body: dict[str, Any]) -> dict[str, Any]:
        self.made += 1
        sandbox_id = f"sandbox-{next(self._numbers)}"
        expires = time.time() + body["timeout"]
        self.alive[sandbox_id] = Record(body["metadata"]["worker"], expires)
        return _described(sandbox_id, expires)


def _described(sandbox_id: str, expires: float) -> dict[str, Any]:
    return {
        "id": sandbox_id,
        "status": {"state": "Running"},
        "createdAt": datetime.now(UTC).isoformat(),
        "expiresAt": datetime.fromtimestamp(expires, UTC).isoformat(),
        "entrypoint": ["sleep"],
    }
