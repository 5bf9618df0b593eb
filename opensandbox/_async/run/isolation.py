"""`sandbox.isolation`: shells fenced off from the sandbox around them and from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from opensandbox._async.files.service import FilesService
from opensandbox._async.published.attributes import OfSandbox
from opensandbox._async.run.streams import ExecutionReader, follow, handlers_of, recorder_for
from opensandbox._core import arguments
from opensandbox._core.convert import isolation as convert
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.run.commands import stream_limit
from opensandbox.services.isolated import IsolationServiceMixin

if TYPE_CHECKING:
    import builtins
    from collections.abc import Awaitable, Callable

    from opensandbox._async.calls.http import Connection
    from opensandbox.models import (
        CreateIsolatedSessionRequest,
        Execution,
        ExecutionHandlers,
        IsolatedBackgroundRun,
        IsolatedCapabilities,
        IsolatedRunLogs,
        IsolatedRunOpts,
        IsolatedRunStatus,
        IsolatedSessionInfo,
        IsolatedSessionState,
        IsolatedSessionSummary,
    )
    from opensandbox.models.dicts import (
        CreateIsolatedSessionRequestDict,
        ExecutionHandlersDict,
        IsolatedRunOptsDict,
    )


@stays_here(CONNECT_THERE)
class IsolatedService(OfSandbox, IsolationServiceMixin):
    """Isolated sessions of one sandbox.

    Ask `capabilities` first: not every sandbox can isolate. `session` opens one for a block.

        async with sandbox.isolation.session(request) as session:
            execution = await session.run("make test")
    """

    def __init__(self, connection: Callable[[], Awaitable[Connection]]) -> None:
        self._connection = connection

    async def create(
        self, request: CreateIsolatedSessionRequest | CreateIsolatedSessionRequestDict
    ) -> IsolatedSession:
        """Open a session; the caller deletes it. A sandbox that cannot isolate answers with an error."""
        from opensandbox_api.execd.api.isolated_execution import create_isolated_session

        body = convert.create_request(request)
        connection = await self._connection()
        with connection.exchange() as client:
            answer = await create_isolated_session.asyncio_detailed(client=client, body=body)
            info = convert.created(answer.result())
        return IsolatedSession(self._connection, info)

    async def attach(self, session_id: str) -> IsolatedSession:
        """Return the handle of a session that is open already; `SandboxNotFoundException` when it is not."""
        from opensandbox_api.execd.api.isolated_execution import get_isolated_session

        arguments.identifier("session_id", session_id)
        connection = await self._connection()
        with connection.exchange() as client:
            answer = await get_isolated_session.asyncio_detailed(session_id, client=client)
            info = convert.attached(session_id, answer.result())
        return IsolatedSession(self._connection, info)

    async def list(self) -> builtins.list[IsolatedSessionSummary]:
        """Return all open sessions."""
        from opensandbox_api.execd.api.isolated_execution import list_isolated_sessions

        connection = await self._connection()
        with connection.exchange() as client:
            answer = await list_isolated_sessions.asyncio_detailed(client=client)
            return convert.summaries(answer.result())

    async def capabilities(self) -> IsolatedCapabilities:
        """Return whether, and how well, this sandbox can isolate; `message` says why it cannot."""
        from opensandbox_api.execd.api.isolated_execution import isolated_capabilities

        connection = await self._connection()
        with connection.exchange() as client:
            answer = await isolated_capabilities.asyncio_detailed(client=client)
            return convert.capabilities(answer.result())


@stays_here(CONNECT_THERE)
class IsolatedSession:
    """One open session; it lives until `delete`, or until it was idle for too long."""

    def __init__(self, connection: Callable[[], Awaitable[Connection]], info: IsolatedSessionInfo) -> None:
        self._connection = connection
        self._info = info
        self._files: FilesService | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.session_id!r})"

    @property
    def session_id(self) -> str:
        """The daemon's id of the session."""
        return self._info.session_id

    @property
    def info(self) -> IsolatedSessionInfo:
        """The session as it was opened; settings that an older server does not repeat are `None`."""
        return self._info

    @property
    def files(self) -> FilesService:
        """The files as the session sees them."""
        if self._files is None:
            prefix = f"/v1/isolated/session/{quote(self.session_id, safe='')}"
            self._files = FilesService(self._connection, prefix=prefix, fixed_length=True, run=self.run)
        return self._files

    async def run(
        self,
        code: str,
        *,
        opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None,
        handlers: ExecutionHandlers | ExecutionHandlersDict | None = None,
    ) -> Execution:
        """Run shell code in the session and return what it did. Runs of one session follow each other.

        All output comes as standard output. A caller who gives up, or `opts.timeout_seconds`, interrupts the code; the
        session goes on. With `opts.envs` changes of directory and variables do not last.
        """
        from opensandbox_api.execd.api.isolated_execution import run_in_isolated_session

        options, handling = convert.options(opts), handlers_of(handlers)
        reader = ExecutionReader(
            self._connection,
            run_in_isolated_session.request_of(self.session_id, body=convert.run_request(code, options)),
            recorder_for(handling, timeout=options.timeout_seconds),
            limit=stream_limit(options.timeout_seconds, None),
            prompt=False,
        )
        await reader.open()
        try:
            return await follow(reader, handling)
        finally:
            await reader.close()

    async def run_background(
        self, code: str, *, opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None
    ) -> IsolatedBackgroundRun:
        """Start shell code and return at once. The first mount must be writable, for the output; no time limit is kept."""
        from opensandbox_api.execd.api.isolated_execution import run_in_isolated_session

        body = convert.background_request(code, convert.options(opts))
        connection = await self._connection()
        with connection.exchange() as client:
            answer = await run_in_isolated_session.asyncio_detailed(self.session_id, client=client, body=body)
            return convert.background_run(self.session_id, answer.result())

    async def run_status(self, run_id: str) -> IsolatedRunStatus:
        """Return where a background run stands."""
        from opensandbox_api.execd.api.isolated_execution import get_isolated_run_status

        arguments.identifier("run_id", run_id)
        connection = await self._connection()
        with connection.exchange() as client:
            answer = await get_isolated_run_status.asyncio_detailed(self.session_id, run_id, client=client)
            return convert.run_status(answer.result())

    async def run_logs(self, run_id: str, cursor: int = 0) -> IsolatedRunLogs:
        """Return the output of a background run from `cursor` on, and the cursor for the next call."""
        from opensandbox_api.execd.api.isolated_execution import get_isolated_run_logs

        arguments.identifier("run_id", run_id)
        position = convert.cursor_query(cursor)
        connection = await self._connection()
        with connection.exchange() as client:
            answer = await get_isolated_run_logs.asyncio_detailed(
                self.session_id, run_id, client=client, cursor=position
            )
            return convert.logs(answer.content, answer.headers, cursor)

    async def get(self) -> IsolatedSessionState:
        """Return the session as it is now."""
        from opensandbox_api.execd.api.isolated_execution import get_isolated_session

        connection = await self._connection()
        with connection.exchange() as client:
            answer = await get_isolated_session.asyncio_detailed(self.session_id, client=client)
            return convert.state(answer.result())

    async def delete(self) -> None:
        """End the session and everything that runs in it."""
        from opensandbox_api.execd.api.isolated_execution import delete_isolated_session

        connection = await self._connection()
        with connection.exchange() as client:
            await delete_isolated_session.asyncio_detailed(self.session_id, client=client)

    async def commit(self) -> None:
        """Write what the session changed back to the sandbox.

        Reserved: `capabilities().commit_supported` tells whether the daemon can. None can yet, and then
        `SandboxUnavailableException` with the code `NOT_SUPPORTED` is raised.
        """
        from opensandbox_api.execd.api.isolated_execution import isolated_session_commit

        connection = await self._connection()
        with connection.exchange(retry=False) as client:
            await isolated_session_commit.asyncio_detailed(self.session_id, client=client)

    async def diff(self) -> bytes:
        """Return what the session changed, as the daemon describes it.

        Reserved like `commit`; `capabilities().diff_supported` tells whether the daemon can.
        """
        from opensandbox_api.execd.api.isolated_execution import isolated_session_diff

        connection = await self._connection()
        with connection.exchange(retry=False) as client:
            answer = await isolated_session_diff.asyncio_detailed(self.session_id, client=client)
            return answer.content
