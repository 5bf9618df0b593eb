"""Isolated sessions: shells in a sandbox that are fenced off from it and from each other."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from opensandbox.models.base import Answer, Model, Value


class IsolatedWorkspaceSpec(Model):
    """The directory a session works in; `mode` is `overlay` (the default: changes stay inside), `rw` or `ro`."""

    path: str
    mode: str | None = None


class IsolatedOverlaySpec(Model):
    """A further directory in the session; with `persist` its changes outlive it."""

    path: str
    mode: str | None = None
    persist: bool | None = None


class EnvPassthroughSpec(Model):
    """Which variables the session inherits: only `keys` (`allow`), or all but `keys` (`deny`)."""

    mode: str = "deny"
    keys: list[str] = Field(default_factory=list)


class BindMount(Model):
    """A directory of the sandbox that shows up in the session, at `dest` or at the same place."""

    source: str
    dest: str | None = None
    readonly: bool | None = None


class _SessionSettings(Value):
    """What a session is asked to be, and what older servers do not repeat when they describe it."""

    workspace: IsolatedWorkspaceSpec | None = None
    overlays: list[IsolatedOverlaySpec] | None = None
    profile: str | None = None
    extra_writable: list[str] | None = None
    binds: list[BindMount] | None = None
    share_net: bool | None = None
    env_passthrough: EnvPassthroughSpec | None = None
    uid: int | None = None
    gid: int | None = None
    uid_mode: str | None = None
    idle_timeout_seconds: int | None = None


class CreateIsolatedSessionRequest(_SessionSettings, Model):
    """A session to be opened; what is left out is the daemon's choice.

    `uid_mode` is `setpriv` (a real change of user) or `userns`. `share_net` keeps the sandbox's network.

        CreateIsolatedSessionRequest(workspace=IsolatedWorkspaceSpec(path="/workspace"))
    """


class IsolatedSessionInfo(_SessionSettings, Answer):
    """A session right after it was opened; settings are `None` where an older server does not repeat them."""

    session_id: str
    created_at: datetime | None = None


class IsolatedSessionState(_SessionSettings, Answer):
    """A session as it is now."""

    status: str
    created_at: datetime | None = None
    last_run_at: datetime | None = None
    idle_remaining_seconds: int | None = None


class IsolatedSessionSummary(Answer):
    """One line of the list of sessions."""

    session_id: str
    status: str
    created_at: datetime
    last_run_at: datetime
    idle_remaining_seconds: int | None = None


class IsolatedRunOpts(Model):
    """How code runs in a session: additional variables, and how many seconds it may take."""

    envs: dict[str, str] | None = None
    timeout_seconds: int | None = None


class IsolatedBackgroundRun(Answer):
    """A run that goes on by itself; ask for its status and logs with `run_id`."""

    session_id: str
    run_id: str
    started_at: datetime | None = None


class IsolatedRunStatus(Answer):
    """Where a background run stands."""

    session_id: str
    run_id: str
    running: bool
    exit_code: int | None = None
    error: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class IsolatedRunLogs(Answer):
    """Output of a background run; pass `cursor` to the next call to get only what came after."""

    text: str
    cursor: int


class HardeningLayerState(Answer):
    """Whether one layer of protection is in force."""

    state: str | None = None
    message: str | None = None


class HardeningStatus(Answer):
    """The layers of protection around the daemon; `init_mode` is `pid1`, `subreaper` or `none`."""

    init_mode: str | None = None
    signal_shield: bool = False
    cap_drop: HardeningLayerState | None = None
    seccomp: HardeningLayerState | None = None
    landlock: HardeningLayerState | None = None
    ebpf: HardeningLayerState | None = None


class IsolatedCapabilities(Answer):
    """What this sandbox can do: check `available` before opening a session, `message` says why not."""

    available: bool = False
    isolator: str | None = None
    version: str | None = None
    message: str | None = None
    setpriv_available: bool = False
    userns_available: bool = False
    commit_supported: bool = False
    diff_supported: bool = False
    hardening: HardeningStatus | None = None
