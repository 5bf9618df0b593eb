"""Isolated sessions: requests out, sessions, runs and logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox_api.execd.models.create_isolated_session_request import (
    CreateIsolatedSessionRequest as WireRequest,
)
from opensandbox_api.execd.models.isolated_run_request import IsolatedRunRequest
from opensandbox_api.types import UNSET, Unset

from opensandbox._core.convert.values import answer_of, model_of, wire
from opensandbox._core.run.commands import shell_text
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.isolated import (
    CreateIsolatedSessionRequest,
    IsolatedBackgroundRun,
    IsolatedCapabilities,
    IsolatedRunLogs,
    IsolatedRunOpts,
    IsolatedRunStatus,
    IsolatedSessionInfo,
    IsolatedSessionState,
    IsolatedSessionSummary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opensandbox_api.execd import models as api

CURSOR_HEADER = "EXECD-ISOLATED-TAIL-CURSOR"


def create_request(request: object) -> WireRequest:
    """Return the body that opens a session; what the request leaves out is the daemon's choice."""
    return WireRequest.from_dict(wire(model_of(CreateIsolatedSessionRequest, "request", request)))


def options(opts: object) -> IsolatedRunOpts:
    """Return how code is to run."""
    chosen = IsolatedRunOpts() if opts is None else model_of(IsolatedRunOpts, "opts", opts)
    if chosen.timeout_seconds is not None and chosen.timeout_seconds < 0:
        raise InvalidArgumentException(
            f"opts.timeout_seconds must be zero (no limit) or more, not {chosen.timeout_seconds}"
        )
    return chosen


def run_request(code: str, opts: IsolatedRunOpts) -> IsolatedRunRequest:
    """Return the body of a run that is followed to its end."""
    return IsolatedRunRequest.from_dict({**wire(opts), "code": shell_text(code, "code")})


def background_request(code: str, opts: IsolatedRunOpts) -> IsolatedRunRequest:
    """Return the body of a run that goes on by itself, which has no time limit."""
    body = IsolatedRunRequest.from_dict({**wire(opts), "code": shell_text(code, "code"), "background": True})
    body.timeout_seconds = UNSET
    return body


def cursor_query(cursor: object) -> int | Unset:
    """Return the position that is sent; the beginning is where a server starts without one."""
    if not isinstance(cursor, int) or isinstance(cursor, bool) or cursor < 0:
        raise InvalidArgumentException(
            f"cursor must be zero or what an earlier answer gave, not {cursor!r}; leave it out to begin at the start"
        )
    return cursor or UNSET


def logs(content: bytes, headers: Mapping[str, str], cursor: int) -> IsolatedRunLogs:
    """Return output and the position after it, which older servers do not tell."""
    cursor_text = headers.get(CURSOR_HEADER, "")
    following = int(cursor_text) if cursor_text.isascii() and cursor_text.isdigit() else cursor + len(content)
    return IsolatedRunLogs(text=content.decode("utf-8", "replace"), cursor=following)


def created(answer: api.IsolatedCreateSessionResponse) -> IsolatedSessionInfo:
    """Return a session that was just opened."""
    return answer_of(IsolatedSessionInfo, answer.to_dict())


def attached(session_id: str, answer: api.SessionState) -> IsolatedSessionInfo:
    """Return a session that was open already."""
    return answer_of(IsolatedSessionInfo, {**answer.to_dict(), "session_id": session_id})


def state(answer: api.SessionState) -> IsolatedSessionState:
    """Return a session as it is now."""
    return answer_of(IsolatedSessionState, answer.to_dict())


def summaries(answer: api.ListIsolatedSessionsResponse) -> list[IsolatedSessionSummary]:
    """Return the open sessions."""
    return [IsolatedSessionSummary.model_validate(item.to_dict()) for item in answer.sessions]


def capabilities(answer: api.CapabilitiesResponse) -> IsolatedCapabilities:
    """Return what a sandbox can isolate."""
    return IsolatedCapabilities.model_validate(answer.to_dict())


def background_run(session_id: str, answer: api.IsolatedBackgroundRunResponse | str) -> IsolatedBackgroundRun:
    """Return the handle of a run that goes on by itself."""
    if isinstance(answer, str):
        raise ValueError("the run is followed, though it was to go on by itself")
    return IsolatedBackgroundRun.model_validate({"session_id": session_id, **answer.to_dict()})


def run_status(answer: api.IsolatedRunStatus) -> IsolatedRunStatus:
    """Return where a background run stands."""
    return IsolatedRunStatus.model_validate(answer.to_dict())
