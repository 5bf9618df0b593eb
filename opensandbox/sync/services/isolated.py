# Generated from opensandbox/services/isolated.py by scripts/unasync.py. Do not edit.
"""Isolated sessions: shells fenced off from the sandbox around them."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from opensandbox.models import (
        BindMount,
        CreateIsolatedSessionRequest,
        Execution,
        ExecutionHandlersSync,
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
        ExecutionHandlersSyncDict,
        IsolatedRunOptsDict,
    )
    from opensandbox.sync.services.filesystem import FilesystemSync

logger = logging.getLogger("opensandbox.isolation")


class IsolationSessionSync(Protocol):
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
    def files(self) -> FilesystemSync:
        """The files as the session sees them."""
        ...

    def run(
        self,
        code: str,
        *,
        opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None,
        handlers: ExecutionHandlersSync | ExecutionHandlersSyncDict | None = None,
    ) -> Execution:
        """Run shell code in the session and return what it did."""
        ...

    def run_background(
        self, code: str, *, opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None
    ) -> IsolatedBackgroundRun:
        """Start shell code and return at once."""
        ...

    def run_status(self, run_id: str) -> IsolatedRunStatus:
        """Return where a background run stands."""
        ...

    def run_logs(self, run_id: str, cursor: int = 0) -> IsolatedRunLogs:
        """Return the output of a background run from `cursor` on."""
        ...

    def get(self) -> IsolatedSessionState:
        """Return the session as it is now."""
        ...

    def delete(self) -> None:
        """End the session and everything that runs in it."""
        ...

    def commit(self) -> None:
        """Write what the session changed back to the sandbox."""
        ...

    def diff(self) -> bytes:
        """Return what the session changed, as the daemon describes it."""
        ...


class IsolationServiceSync(Protocol):
    """`sandbox.isolation`."""

    def create(
        self, request: CreateIsolatedSessionRequest | CreateIsolatedSessionRequestDict
    ) -> IsolationSessionSync:
        """Open a session; the caller deletes it."""
        ...

    def attach(self, session_id: str) -> IsolationSessionSync:
        """Return the handle of a session that is open already."""
        ...

    def list(self) -> builtins.list[IsolatedSessionSummary]:
        """Return all open sessions."""
        ...

    def capabilities(self) -> IsolatedCapabilities:
        """Return whether, and how well, this sandbox can isolate."""
        ...

    def run_once(
        self,
        code: str,
        *,
        workspace: str,
        workspace_mode: str | None = None,
        opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None,
        handlers: ExecutionHandlersSync | ExecutionHandlersSyncDict | None = None,
        profile: str | None = None,
        share_net: bool | None = None,
        binds: Sequence[BindMount | BindMountDict] | None = None,
    ) -> Execution:
        """Run shell code in a session of its own that is deleted afterwards."""
        ...

    def session(
        self, request: CreateIsolatedSessionRequest | CreateIsolatedSessionRequestDict
    ) -> AbstractContextManager[IsolationSessionSync]:
        """Return a context manager that opens a session and deletes it at the end."""
        ...


class IsolationServiceSyncMixin:
    """`session` and `run_once`, made of `create`."""

    def create(self, request: CreateIsolatedSessionRequest) -> IsolationSessionSync:
        """Open a session; subclasses know how."""
        raise NotImplementedError

    @contextmanager
    def session(
        self, request: CreateIsolatedSessionRequest | CreateIsolatedSessionRequestDict
    ) -> Iterator[IsolationSessionSync]:
        """Open a session and delete it at the end; a failure to delete is logged, not raised.

        Example:

            with sandbox.isolation.session(request) as session:
                session.run("make test")
        """
        from opensandbox._core.convert.values import model_of
        from opensandbox.models.isolated import CreateIsolatedSessionRequest

        session = self.create(model_of(CreateIsolatedSessionRequest, "request", request))
        try:
            yield session
        finally:
            try:
                session.delete()
            except Exception:
                # What happened in the block matters more; the daemon ends idle sessions by itself.
                logger.warning("deleting isolated session %s failed", session.session_id, exc_info=True)

    def run_once(
        self,
        code: str,
        *,
        workspace: str,
        workspace_mode: str | None = None,
        opts: IsolatedRunOpts | IsolatedRunOptsDict | None = None,
        handlers: ExecutionHandlersSync | ExecutionHandlersSyncDict | None = None,
        profile: str | None = None,
        share_net: bool | None = None,
        binds: Sequence[BindMount | BindMountDict] | None = None,
    ) -> Execution:
        """Run shell code in a session of its own that is deleted afterwards.

        `workspace` is the directory it works in; see `CreateIsolatedSessionRequest` for the rest.
        """
        from opensandbox._core import arguments
        from opensandbox._core.convert.values import model_or_none, models_of
        from opensandbox.models import ExecutionHandlersSync
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
        handling = model_or_none(ExecutionHandlersSync, "handlers", handlers)
        with self.session(request) as session:
            return session.run(code, opts=options, handlers=handling)


__getattr__ = public_names(__name__)
