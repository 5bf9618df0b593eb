"""Isolated sessions: shells fenced off from the sandbox around them."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    import builtins
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from opensandbox.models import (
        BindMount,
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
        BindMountDict,
        CreateIsolatedSessionRequestDict,
        ExecutionHandlersDict,
        IsolatedRunOptsDict,
    )
    from opensandbox.services.filesystem import Filesystem

logger = logging.getLogger("opensandbox.isolation")


class IsolationSession(Protocol):
    """One open session; it lives until `delete`, or until it was idle for too long."""

    @property
    def session_id(self) -> str:
        """The daemon's id of the session."""
        ...

    @property
    def info(self) -> IsolatedSessionInfo:
        """The session as it was opened."""
        ...

    @property
    def files(self) -> Filesystem:
        """The files as the session sees them."""
        ...

    async def run(
        self,
        code: str,
        *,
        opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None,
        handlers: ExecutionHandlers | ExecutionHandlersDict | None = None,
    ) -> Execution:
        """Run shell code in the session and return what it did."""
        ...

    async def run_background(
        self, code: str, *, opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None
    ) -> IsolatedBackgroundRun:
        """Start shell code and return at once."""
        ...

    async def run_status(self, run_id: str) -> IsolatedRunStatus:
        """Return where a background run stands."""
        ...

    async def run_logs(self, run_id: str, cursor: int = 0) -> IsolatedRunLogs:
        """Return the output of a background run from `cursor` on."""
        ...

    async def get(self) -> IsolatedSessionState:
        """Return the session as it is now."""
        ...

    async def delete(self) -> None:
        """End the session and everything that runs in it."""
        ...

    async def commit(self) -> None:
        """Write what the session changed back to the sandbox."""
        ...

    async def diff(self) -> bytes:
        """Return what the session changed, as the daemon describes it."""
        ...


class IsolationService(Protocol):
    """`sandbox.isolation`."""

    async def create(
        self, request: CreateIsolatedSessionRequest | CreateIsolatedSessionRequestDict
    ) -> IsolationSession:
        """Open a session; the caller deletes it."""
        ...

    async def attach(self, session_id: str) -> IsolationSession:
        """Return the handle of a session that is open already."""
        ...

    async def list(self) -> builtins.list[IsolatedSessionSummary]:
        """Return all open sessions."""
        ...

    async def capabilities(self) -> IsolatedCapabilities:
        """Return whether, and how well, this sandbox can isolate."""
        ...

    async def run_once(
        self,
        code: str,
        *,
        workspace: str,
        workspace_mode: str | None = None,
        opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None,
        handlers: ExecutionHandlers | ExecutionHandlersDict | None = None,
        profile: str | None = None,
        share_net: bool | None = None,
        binds: Sequence[BindMount | BindMountDict] | None = None,
    ) -> Execution:
        """Run shell code in a session of its own that is deleted afterwards."""
        ...

    def session(
        self, request: CreateIsolatedSessionRequest | CreateIsolatedSessionRequestDict
    ) -> AbstractAsyncContextManager[IsolationSession]:
        """Return a context manager that opens a session and deletes it at the end."""
        ...


class IsolationServiceMixin:
    """`session` and `run_once`, made of `create`."""

    async def create(self, request: CreateIsolatedSessionRequest) -> IsolationSession:
        """Open a session; subclasses know how."""
        raise NotImplementedError

    @asynccontextmanager
    async def session(
        self, request: CreateIsolatedSessionRequest | CreateIsolatedSessionRequestDict
    ) -> AsyncIterator[IsolationSession]:
        """Open a session and delete it at the end; a failure to delete is logged, not raised.

        Example:

            async with sandbox.isolation.session(request) as session:
                await session.run("make test")
        """
        from opensandbox._core.convert.values import model_of
        from opensandbox.models.isolated import CreateIsolatedSessionRequest

        session = await self.create(model_of(CreateIsolatedSessionRequest, "request", request))
        try:
            yield session
        finally:
            try:
                await session.delete()
            except Exception:
                # What happened in the block matters more; the daemon ends idle sessions by itself.
                logger.warning("deleting isolated session %s failed", session.session_id, exc_info=True)

    async def run_once(
        self,
        code: str,
        *,
        workspace: str,
        workspace_mode: str | None = None,
        opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None,
        handlers: ExecutionHandlers | ExecutionHandlersDict | None = None,
        profile: str | None = None,
        share_net: bool | None = None,
        binds: Sequence[BindMount | BindMountDict] | None = None,
    ) -> Execution:
        """Run shell code in a session of its own that is deleted afterwards.

        `workspace` is the directory it works in; see `CreateIsolatedSessionRequest` for the rest.
        """
        from opensandbox._core import arguments
        from opensandbox._core.convert.values import model_or_none, models_of
        from opensandbox.models import ExecutionHandlers
        from opensandbox.models.isolated import (
            BindMount,
            CreateIsolatedSessionRequest,
            IsolatedRunOpts,
            IsolatedWorkspaceSpec,
        )

        # Each by the name that it has here.
        arguments.text("workspace", workspace, "/workspace")
        arguments.text_or_none("workspace_mode", workspace_mode, "rw")
        request = arguments.built(
            CreateIsolatedSessionRequest,
            workspace=IsolatedWorkspaceSpec(path=workspace, mode=workspace_mode),
            profile=profile,
            share_net=share_net,
            binds=None if binds is None else models_of(BindMount, "binds", binds),
        )
        options = model_or_none(IsolatedRunOpts, "opts", opts)
        handling = model_or_none(ExecutionHandlers, "handlers", handlers)
        async with self.session(request) as session:
            return await session.run(code, opts=options, handlers=handling)


__getattr__ = public_names(__name__)
