"""Routes of the diagnostics API: what was recorded about a sandbox, as text."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from opensandbox.local.errors import ApiError, invalid
from opensandbox.local.record import instant
from opensandbox.local.services import services_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from opensandbox.local.record import SandboxRecord

_LOG_LINES = 100
_EVENT_LINES = 50
_LOG_TAIL_BYTES = 1024 * 1024


async def logs(request: Request) -> Response:
    """`GET /sandboxes/{id}/diagnostics/logs`: the end of what the main program printed."""
    record = _record(request)
    scope = request.query_params.get("scope")
    if scope is None:
        lines, _ = await asyncio.to_thread(_log_lines, record)
        return _plain(lines[-_count(request, "tail", 100, 10000) :])
    scope = _known(scope, "container")
    lines, cut = await asyncio.to_thread(_log_lines, record)
    return _answer(record, "logs", scope, lines[-_LOG_LINES:], truncated=cut or len(lines) > _LOG_LINES)


async def events(request: Request) -> Response:
    """`GET /sandboxes/{id}/diagnostics/events`: what happened to the sandbox, the oldest first."""
    record = _record(request)
    lines = [f"{instant(moment)} {kind}: {message}" for moment, kind, message in record.events]
    scope = request.query_params.get("scope")
    if scope is None:
        return _plain(lines[: _count(request, "limit", 50, 500)])
    scope = _known(scope, "runtime")
    return _answer(record, "events", scope, lines[:_EVENT_LINES], truncated=len(lines) > _EVENT_LINES)


async def context(request: Request) -> Response:
    """`GET /sandboxes/{id}/diagnostics/context`: what runs the sandbox, and under which names it is found on this machine."""
    record = _record(request)
    names = {}
    if record.box is not None and not record.box.exited:
        names = {"name": record.box.name, "directory": str(record.box.directory), "pid": str(record.box.pid)}
    return JSONResponse(
        {
            "sandboxId": record.id,
            "state": record.state,
            "backendType": "bubblewrap",
            "backendIdentifiers": names,
        }
    )


async def inspect(request: Request) -> Response:
    """`GET /sandboxes/{id}/diagnostics/inspect`: the record, line by line."""
    return _plain(_inspected(_record(request)))


async def summary(request: Request) -> Response:
    """`GET /sandboxes/{id}/diagnostics/summary`: record, events and log in one text."""
    record = _record(request)
    lines, _ = await asyncio.to_thread(_log_lines, record)
    happened = [f"{instant(moment)} {kind}: {message}" for moment, kind, message in record.events]
    return _plain(
        [
            *_inspected(record),
            "--- events",
            *happened[-_count(request, "event_limit", 20, 500) :],
            "--- log",
            *lines[-_count(request, "tail", 50, 10000) :],
        ]
    )


def _record(request: Request) -> SandboxRecord:
    return services_of(request).registry.get(request.path_params["sandbox_id"])


def _known(scope: str, own: str) -> str:
    word = scope.strip().lower()
    if word not in (own, "all"):
        raise ApiError(
            400, "DIAGNOSTICS_SCOPE_UNSUPPORTED", f"scope {scope!r} is not known here; use {own!r} or 'all'"
        )
    return word


def _answer(
    record: SandboxRecord, kind: str, scope: str, lines: Sequence[str], *, truncated: bool
) -> Response:
    text = "".join(line + "\n" for line in lines)
    answer: dict[str, Any] = {
        "sandboxId": record.id,
        "kind": kind,
        "scope": scope,
        "delivery": "inline",
        "contentType": "text/plain; charset=utf-8",
        "content": text,
        "contentLength": len(text.encode()),
        "truncated": truncated,
    }
    if scope == "all":
        answer["warnings"] = ["this server records nothing beyond the one kind of text shown here"]
    return JSONResponse(answer)


def _plain(lines: Sequence[str]) -> Response:
    return PlainTextResponse("".join(line + "\n" for line in lines), headers={"Deprecation": "true"})


def _inspected(record: SandboxRecord) -> list[str]:
    return [f"{name}: {value}" for name, value in record.view().items()]


def _log_lines(record: SandboxRecord) -> tuple[list[str], bool]:
    # Only the end of a huge log is read; a hundred lines fit many times over.
    text = record.log(_LOG_TAIL_BYTES)
    return text.decode("utf-8", "replace").splitlines(), len(text) == _LOG_TAIL_BYTES


def _count(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= most:
        raise invalid(f"{name} must be a whole number from 1 to {most}, not {text!r}")
    return int(text)
