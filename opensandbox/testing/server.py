"""The servers' side of a scripted sandbox: HTTP requests in, HTTP responses out, nothing in between."""

from __future__ import annotations

import email
import email.policy
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from opensandbox.testing.memory import MemoryFiles, Refusal, missing
from opensandbox.testing.scripted import SANDBOX_ID, CommandCall, CommandResult, NotScriptedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox.testing.scripted import ScriptedSandbox

HOST = "scripted.example.com"
DAEMON = f"{HOST}/daemon"


def transport(script: ScriptedSandbox) -> httpx.MockTransport:
    """Return what answers every request by a script; both twins can use it."""
    return httpx.MockTransport(Server(script).answer)


class Server:
    """The control plane and the daemon of one sandbox."""

    def __init__(self, script: ScriptedSandbox) -> None:
        self._script = script
        self._ended: dict[str, tuple[CommandCall, CommandResult]] = {}
        self._state = "Running"
        self._metadata: dict[str, str] = {}
        self._born = datetime.now(UTC)
        self._expires = self._born + timedelta(minutes=10)
        files = Files(script.files)
        self._routes: dict[str, Callable[[httpx.Request], httpx.Response]] = {
            "POST /v1/sandboxes": self._create,
            "GET /v1/sandboxes": self._list,
            "GET /v1/sandboxes/ID": lambda request: httpx.Response(200, json=self._info()),
            "DELETE /v1/sandboxes/ID": self._kill,
            "PATCH /v1/sandboxes/ID/metadata": self._label,
            "POST /v1/sandboxes/ID/renew-expiration": self._renew,
            "POST /v1/sandboxes/ID/pause": lambda request: self._become("Paused"),
            "POST /v1/sandboxes/ID/resume": lambda request: self._become("Running"),
            "GET /v1/sandboxes/ID/endpoints/44772": lambda request: httpx.Response(
                200, json={"endpoint": DAEMON, "headers": {}}
            ),
            "GET /daemon/ping": lambda request: httpx.Response(200),
            "POST /daemon/command": self._run,
            "DELETE /daemon/command": lambda request: httpx.Response(200),
            "GET /daemon/command/status/ID": self._status,
            "GET /daemon/command/ID/logs": self._logs,
            **{f"{method} /daemon{path}": call for (method, path), call in files.routes().items()},
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or let it fail as the script says."""
        request.read()
        path = request.url.path
        part = "sandbox" if path.startswith("/v1/") else "commands" if "/command" in path else "files"
        call = self._routes.get(f"{request.method} {_shape(path)}")
        if call is None:
            raise NotScriptedError(
                f"a scripted sandbox has no answer to {request.method} {path}; use opensandbox.local for it"
            )
        failure = self._script.failure_of(part) if not path.endswith("/ping") else None
        if failure is not None:
            if failure.status is None:
                raise httpx.ReadError(failure.message, request=request)
            return _refused(Refusal(failure.status, failure.code, failure.message))
        if part == "sandbox" and self._script.killed and request.method != "POST":
            return _refused(Refusal(404, "SANDBOX::NOT_FOUND", "the scripted sandbox was killed"))
        try:
            return call(request)
        except Refusal as refusal:
            return _refused(refusal)

    def _create(self, request: httpx.Request) -> httpx.Response:
        self._metadata = dict(json.loads(request.content).get("metadata") or {})
        self._state, self._script.killed = "Running", False
        return httpx.Response(202, json=self._info())

    def _list(self, request: httpx.Request) -> httpx.Response:
        wanted = dict(
            pair.split("=", 1) for pair in request.url.params.get("metadata", "").split("&") if pair
        )
        fits = not self._script.killed and wanted.items() <= self._metadata.items()
        items = [self._info()] if fits else []
        page = {
            "page": 1,
            "pageSize": 20,
            "totalItems": len(items),
            "totalPages": len(items),
            "hasNextPage": False,
        }
        return httpx.Response(200, json={"items": items, "pagination": page})

    def _info(self) -> dict[str, Any]:
        return {
            "id": SANDBOX_ID,
            "status": {"state": self._state},
            "entrypoint": ["tail", "-f", "/dev/null"],
            "createdAt": self._born.isoformat(),
            "expiresAt": self._expires.isoformat(),
            "metadata": self._metadata,
            "image": {"uri": "scripted"},
        }

    def _kill(self, request: httpx.Request) -> httpx.Response:
        self._script.killed = True
        return httpx.Response(204)

    def _label(self, request: httpx.Request) -> httpx.Response:
        for key, value in json.loads(request.content).items():
            if value is None:
                self._metadata.pop(key, None)
            else:
                self._metadata[key] = value
        return httpx.Response(200, json=self._info())

    def _renew(self, request: httpx.Request) -> httpx.Response:
        self._expires = datetime.fromisoformat(json.loads(request.content)["expiresAt"])
        return httpx.Response(200, json={"expiresAt": self._expires.isoformat()})

    def _become(self, state: str) -> httpx.Response:
        self._state = state
        return httpx.Response(202)

    def _run(self, request: httpx.Request) -> httpx.Response:
        call, result = self._script.run(json.loads(request.content))
        execution_id = f"command-{len(self._ended) + 1}"
        self._ended[execution_id] = (call, result)
        told = _events(execution_id, result, background=call.background)
        return httpx.Response(
            200,
            content="".join(json.dumps(event) + "\n\n" for event in told).encode(),
            headers={"Content-Type": "text/event-stream", "EXECD-OUTPUT": "lines"},
        )

    def _status(self, request: httpx.Request) -> httpx.Response:
        execution_id = request.url.path.rsplit("/", 1)[1]
        if execution_id not in self._ended:
            raise Refusal(404, "INVALID_REQUEST_BODY", f"command {execution_id} is unknown")
        call, result = self._ended[execution_id]
        body = {
            "id": execution_id,
            "content": call.command,
            "running": False,
            "exit_code": -1 if result.timed_out else result.exit_code,
            "started_at": self._born.isoformat(),
            "finished_at": self._born.isoformat(),
        }
        return httpx.Response(200, json=body)

    def _logs(self, request: httpx.Request) -> httpx.Response:
        _, result = self._ended[request.url.path.split("/")[-2]]
        output = (result.stdout + result.stderr).encode()
        start = int(request.url.params.get("cursor", 0))
        return httpx.Response(
            200, content=output[start:], headers={"EXECD-COMMANDS-TAIL-CURSOR": str(len(output))}
        )


class Files:
    """The daemon's file routes over files in memory."""

    def __init__(self, files: MemoryFiles) -> None:
        self._files = files

    def routes(self) -> dict[tuple[str, str], Callable[[httpx.Request], httpx.Response]]:
        """Return which method answers what."""
        return {
            ("GET", "/files/download"): self._download,
            ("POST", "/files/upload"): self._upload,
            ("GET", "/files/info"): lambda request: httpx.Response(
                200, json={path: self._files.record(path) for path in request.url.params.get_list("path")}
            ),
            ("GET", "/files/search"): lambda request: httpx.Response(
                200,
                json=self._files.search(_path(request), request.url.params.get("pattern") or "**"),
            ),
            ("DELETE", "/files"): lambda request: self._remove(request, tree=False),
            ("DELETE", "/directories"): lambda request: self._remove(request, tree=True),
            ("GET", "/directories/list"): lambda request: httpx.Response(
                200, json=self._files.listing(_path(request), int(request.url.params.get("depth", 1)))
            ),
            ("POST", "/directories"): self._make,
            ("POST", "/files/mv"): self._move,
            ("POST", "/files/permissions"): self._permit,
            ("POST", "/files/replace"): self._replace,
        }

    def _download(self, request: httpx.Request) -> httpx.Response:
        content = self._files.read(_path(request))
        params = request.url.params
        if "offset" in params or "limit" in params:
            first = int(params.get("offset", 1)) - 1
            lines = content.splitlines(keepends=True)[first:]
            return httpx.Response(200, content=b"".join(lines[: int(params.get("limit", len(lines)))]))
        if (wanted := request.headers.get("range")) is not None:
            return _part(content, wanted)
        return httpx.Response(200, content=content)

    def _upload(self, request: httpx.Request) -> httpx.Response:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        form = email.message_from_bytes(head + request.content, policy=email.policy.HTTP)
        metadata: dict[str, Any] = {}
        for part in form.iter_parts():
            content: Any = part.get_payload(decode=True)
            if part.get_param("name", header="content-disposition") == "metadata":
                metadata = json.loads(content)
            else:
                self._files.write(
                    metadata["path"],
                    content,
                    metadata.get("mode") or 0,
                    metadata.get("owner") or "",
                    metadata.get("group") or "",
                )
        return httpx.Response(200)

    def _remove(self, request: httpx.Request, *, tree: bool) -> httpx.Response:
        for path in request.url.params.get_list("path"):
            self._files.remove(path, tree=tree)
        return httpx.Response(200)

    def _make(self, request: httpx.Request) -> httpx.Response:
        for path, permission in json.loads(request.content).items():
            self._files.make_directory(path, (permission or {}).get("mode") or 755)
        return httpx.Response(200)

    def _move(self, request: httpx.Request) -> httpx.Response:
        for item in json.loads(request.content):
            self._files.move(item["src"], item["dest"])
        return httpx.Response(200)

    def _permit(self, request: httpx.Request) -> httpx.Response:
        for path, told in json.loads(request.content).items():
            self._files.permit(path, told.get("mode") or 0, told.get("owner") or "", told.get("group") or "")
        return httpx.Response(200)

    def _replace(self, request: httpx.Request) -> httpx.Response:
        counts = {
            path: {"replaced_count": self._files.replace(path, item["old"], item["new"])}
            for path, item in json.loads(request.content).items()
        }
        return httpx.Response(200, json=counts)


def _events(execution_id: str, result: CommandResult, *, background: bool) -> list[dict[str, Any]]:
    now = time.time_ns() // 1_000_000
    events: list[dict[str, Any]] = [{"type": "init", "text": execution_id, "timestamp": now}]
    if not background:
        for kind, text in (("stdout", result.stdout), ("stderr", result.stderr)):
            for line in text.splitlines(keepends=True):
                ended = line.endswith("\n")
                event = {"type": kind, "text": line[:-1] or "\n" if ended else line, "timestamp": now}
                events.append(event if ended else {**event, "line_end": ""})
    if background or (result.exit_code == 0 and not result.timed_out):
        events.append({"type": "execution_complete", "execution_time": 1, "timestamp": now})
        return events
    code = -1 if result.timed_out else result.exit_code
    why = "command timed out" if result.timed_out else f"exit status {code}"
    failure = {"ename": "CommandExecError", "evalue": str(code), "traceback": [why]}
    events.append({"type": "error", "timestamp": now, "error": failure})
    return events


def _part(content: bytes, wanted: str) -> httpx.Response:
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    if first:
        start, end = int(first), min(int(last) if last else len(content) - 1, len(content) - 1)
    else:
        start, end = max(0, len(content) - int(last)), len(content) - 1
    if start > end:
        return httpx.Response(416, headers={"Content-Range": f"bytes */{len(content)}"})
    return httpx.Response(
        206,
        content=content[start : end + 1],
        headers={"Content-Range": f"bytes {start}-{end}/{len(content)}"},
    )


def _path(request: httpx.Request) -> str:
    path: str | None = request.url.params.get("path")
    if not path:
        raise missing("")
    return path


def _shape(path: str) -> str:
    """Return a path with what is an id in it replaced."""
    parts = path.split("/")
    for before in ("sandboxes", "status"):
        if before in parts[:-1]:
            parts[parts.index(before) + 1] = "ID"
    if parts[-1] == "logs":
        parts[-2] = "ID"
    return "/".join(parts)


def _refused(refusal: Refusal) -> httpx.Response:
    return httpx.Response(refusal.status, json={"code": refusal.code, "message": str(refusal)})
