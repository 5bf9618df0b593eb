"""Commands: requests out, status and logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox_api.execd.models.create_session_request import CreateSessionRequest
from opensandbox_api.execd.models.run_command_request import RunCommandRequest
from opensandbox_api.execd.models.run_command_request_envs import RunCommandRequestEnvs
from opensandbox_api.execd.models.run_in_session_request import RunInSessionRequest
from opensandbox_api.types import UNSET, Unset

from opensandbox._core.arguments import text_or_none
from opensandbox._core.convert.values import given
from opensandbox._core.run.commands import argument_vector, milliseconds, shell_text
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.execd import CommandLogs, CommandStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from opensandbox_api.execd.models.command_status_response import CommandStatusResponse
    from opensandbox_api.execd.models.create_session_response import CreateSessionResponse

    from opensandbox.models.execd import RunCommandOpts

CURSOR_HEADER = "EXECD-COMMANDS-TAIL-CURSOR"
OUTPUT_HEADER = "EXECD-OUTPUT"


def run_request(command: object, opts: RunCommandOpts) -> RunCommandRequest:
    """Return the body of a run; what the options leave out is not sent."""
    request = RunCommandRequest(background=UNSET)
    if isinstance(command, list | tuple):
        request.argv = argument_vector(command)
    else:
        request.command = shell_text(command)
    timeout = milliseconds("timeout", opts.timeout)
    if opts.working_directory is not None:
        request.cwd = opts.working_directory
    if opts.background:
        request.background = True
    if timeout is not None:
        request.timeout = timeout
    if opts.uid is not None:
        request.uid = opts.uid
    if opts.gid is not None:
        request.gid = opts.gid
    if opts.envs is not None:
        request.envs = RunCommandRequestEnvs.from_dict(opts.envs)
    return request


def run_in_session_request(
    command: object, working_directory: str | None, timeout: timedelta | float | None
) -> RunInSessionRequest:
    """Return the body of a run in a session."""
    limit = milliseconds("timeout", timeout)
    return RunInSessionRequest(
        command=shell_text(command),
        cwd=directory("working_directory", working_directory),
        timeout=UNSET if limit is None else limit,
    )


def directory(name: str, value: object) -> str | Unset:
    """Return where something is to run."""
    found = text_or_none(name, value, "/workspace")
    return UNSET if found is None else found


def create_session_request(working_directory: str | None) -> CreateSessionRequest | Unset:
    """Return the body of a session's creation; without a directory there is none."""
    cwd = directory("working_directory", working_directory)
    return UNSET if cwd is UNSET else CreateSessionRequest(cwd=cwd)


def cursor_query(cursor: object) -> int | Unset:
    """Return where to go on reading logs."""
    if cursor is None:
        return UNSET
    if not isinstance(cursor, int) or isinstance(cursor, bool) or cursor < 0:
        raise InvalidArgumentException(
            f"cursor must be the cursor of an earlier answer, zero or more, not {cursor!r}"
        )
    return cursor


def status(answer: CommandStatusResponse) -> CommandStatus:
    """Return where a command stands."""
    return CommandStatus(
        id=given(answer.id),
        content=given(answer.content),
        running=given(answer.running),
        exit_code=given(answer.exit_code),
        error=given(answer.error),
        started_at=given(answer.started_at),
        finished_at=given(answer.finished_at),
    )


def next_cursor(headers: Mapping[str, str]) -> int | None:
    """Return the position after an answer with logs; `None` where the server names none."""
    value = headers.get(CURSOR_HEADER, "").strip()
    return int(value) if value.isascii() and value.isdigit() else None


def line_end(headers: Mapping[str, str]) -> str | None:
    """Return what ends each piece of output in a stream, where the daemon tells it."""
    return "\n" if headers.get(OUTPUT_HEADER, "").strip() == "lines" else None


def logs(content: bytes, cursor: int | None) -> CommandLogs:
    """Return a piece of the output of a background command, and where it ends."""
    return CommandLogs(content=content.decode("utf-8", "replace"), cursor=cursor)


def session_id(answer: CreateSessionResponse) -> str:
    """Return the id of a new session."""
    return answer.session_id
