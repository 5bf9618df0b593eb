# Written by scripts/dicts.py from the models. Do not edit; change the model and run `make gen`.
"""The types of the dicts that calls take in the place of models, for annotations.

    opts: RunCommandOptsDict = {"working_directory": "/workspace"}
    await sandbox.commands.run("make", opts=opts)

Both spellings of a field are understood when the program runs; these types have the Python names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from io import IOBase
from typing import Literal, Required, TypedDict

from opensandbox.models import (
    OSSFS,
    PVC,
    ActivityProbe,
    BindMount,
    Credential,
    CredentialAuth,
    CredentialBinding,
    CredentialBindingMutationSet,
    CredentialMatch,
    CredentialMutationSet,
    CredentialSubstitution,
    CustomHeaderEntry,
    EnvPassthroughSpec,
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    Host,
    IdlePolicy,
    InlineCredentialSource,
    IsolatedOverlaySpec,
    IsolatedWorkspaceSpec,
    LifecycleHook,
    NetworkRule,
    OutputMessage,
    PeriodicLifecycleHook,
    RenewalPolicy,
    SandboxImageAuth,
    TemplateReadiness,
)

__all__ = [
    "ActivityProbeDict",
    "BindMountDict",
    "CodeContextDict",
    "ContentReplaceEntryDict",
    "CreateIsolatedSessionRequestDict",
    "CreateSnapshotRequestDict",
    "CreateTemplateRequestDict",
    "CredentialAuthDict",
    "CredentialBindingDict",
    "CredentialBindingMutationSetDict",
    "CredentialDict",
    "CredentialMatchDict",
    "CredentialMutationSetDict",
    "CredentialProxyConfigDict",
    "CredentialSubstitutionDict",
    "CredentialVaultPatchRequestDict",
    "CustomHeaderEntryDict",
    "DirectoryListEntryDict",
    "EnvPassthroughSpecDict",
    "ExecutionHandlersDict",
    "ExecutionHandlersSyncDict",
    "HostDict",
    "IdlePolicyDict",
    "InlineCredentialSourceDict",
    "IsolatedOverlaySpecDict",
    "IsolatedRunOptsDict",
    "IsolatedWorkspaceSpecDict",
    "LifecycleHookDict",
    "MoveEntryDict",
    "NetworkPolicyDict",
    "NetworkRuleDict",
    "OSSFSDict",
    "PVCDict",
    "PeriodicLifecycleHookDict",
    "PlatformSpecDict",
    "RenewalPolicyDict",
    "RunCommandOptsDict",
    "SandboxFilterDict",
    "SandboxImageAuthDict",
    "SandboxImageSpecDict",
    "SandboxLifecycleDict",
    "SearchEntryDict",
    "SetPermissionEntryDict",
    "SnapshotFilterDict",
    "TemplateFilterDict",
    "TemplateReadinessDict",
    "VolumeDict",
    "WriteEntryDict",
]


class ActivityProbeDict(TypedDict, total=False):
    """The fields of `ActivityProbe`."""

    port: Required[int]
    path: Required[str]
    timeout_seconds: int | None


class BindMountDict(TypedDict, total=False):
    """The fields of `BindMount`."""

    source: Required[str]
    dest: str | None
    readonly: bool | None


class CodeContextDict(TypedDict, total=False):
    """The fields of `CodeContext`."""

    id: Required[str]
    language: Required[str]
    cwd: str | None


class ContentReplaceEntryDict(TypedDict, total=False):
    """The fields of `ContentReplaceEntry`."""

    path: Required[str]
    old_content: Required[str]
    new_content: Required[str]


class CreateIsolatedSessionRequestDict(TypedDict, total=False):
    """The fields of `CreateIsolatedSessionRequest`."""

    workspace: IsolatedWorkspaceSpec | IsolatedWorkspaceSpecDict | None
    overlays: Sequence[IsolatedOverlaySpec | IsolatedOverlaySpecDict] | None
    profile: str | None
    extra_writable: list[str] | None
    binds: Sequence[BindMount | BindMountDict] | None
    share_net: bool | None
    env_passthrough: EnvPassthroughSpec | EnvPassthroughSpecDict | None
    uid: int | None
    gid: int | None
    uid_mode: str | None
    idle_timeout_seconds: int | None


class CreateSnapshotRequestDict(TypedDict, total=False):
    """The fields of `CreateSnapshotRequest`."""

    name: str | None


class CreateTemplateRequestDict(TypedDict, total=False):
    """The fields of `CreateTemplateRequest`."""

    image: Required[str]
    publish: Required[str]
    resource_limits: dict[str, str] | None
    entrypoint: list[str] | None
    env: dict[str, str] | None
    metadata: dict[str, str] | None
    readiness: TemplateReadiness | TemplateReadinessDict | None
    format: Literal["native", "overlaybd"] | None


class CredentialDict(TypedDict, total=False):
    """The fields of `Credential`."""

    name: Required[str]
    source: Required[InlineCredentialSource | InlineCredentialSourceDict]


class CredentialAuthDict(TypedDict, total=False):
    """The fields of `CredentialAuth`."""

    type: Required[Literal["bearer", "basic", "apiKey", "customHeaders", "passthrough"]]
    credential: str | None
    name: str | None
    headers: Sequence[CustomHeaderEntry | CustomHeaderEntryDict] | None
    substitutions: Sequence[CredentialSubstitution | CredentialSubstitutionDict] | None


class CredentialBindingDict(TypedDict, total=False):
    """The fields of `CredentialBinding`."""

    name: Required[str]
    match: Required[CredentialMatch | CredentialMatchDict]
    auth: Required[CredentialAuth | CredentialAuthDict]


class CredentialBindingMutationSetDict(TypedDict, total=False):
    """The fields of `CredentialBindingMutationSet`."""

    add: Sequence[CredentialBinding | CredentialBindingDict] | None
    replace: Sequence[CredentialBinding | CredentialBindingDict] | None
    delete: list[str] | None


class CredentialMatchDict(TypedDict, total=False):
    """The fields of `CredentialMatch`."""

    schemes: list[Literal["https", "http"]] | None
    ports: list[int] | None
    hosts: Required[list[str]]
    methods: list[str] | None
    paths: list[str] | None


class CredentialMutationSetDict(TypedDict, total=False):
    """The fields of `CredentialMutationSet`."""

    add: Sequence[Credential | CredentialDict] | None
    replace: Sequence[Credential | CredentialDict] | None
    delete: list[str] | None


class CredentialProxyConfigDict(TypedDict, total=False):
    """The fields of `CredentialProxyConfig`."""

    enabled: bool


class CredentialSubstitutionDict(TypedDict, total=False):
    """The fields of `CredentialSubstitution`."""

    credential: Required[str]
    placeholder: Required[str]
    in_: Required[list[Literal["path", "query", "header", "body"]]]


class CredentialVaultPatchRequestDict(TypedDict, total=False):
    """The fields of `CredentialVaultPatchRequest`."""

    expected_revision: int | None
    credentials: CredentialMutationSet | CredentialMutationSetDict | None
    bindings: CredentialBindingMutationSet | CredentialBindingMutationSetDict | None


class CustomHeaderEntryDict(TypedDict, total=False):
    """The fields of `CustomHeaderEntry`."""

    name: Required[str]
    credential: Required[str]


class DirectoryListEntryDict(TypedDict, total=False):
    """The fields of `DirectoryListEntry`."""

    path: Required[str]
    depth: int | None


class EnvPassthroughSpecDict(TypedDict, total=False):
    """The fields of `EnvPassthroughSpec`."""

    mode: str
    keys: list[str]


class ExecutionHandlersDict(TypedDict, total=False):
    """The fields of `ExecutionHandlers`."""

    on_stdout: Callable[[OutputMessage], Awaitable[None]] | None
    on_stderr: Callable[[OutputMessage], Awaitable[None]] | None
    on_result: Callable[[ExecutionResult], Awaitable[None]] | None
    on_execution_complete: Callable[[ExecutionComplete], Awaitable[None]] | None
    on_error: Callable[[ExecutionError], Awaitable[None]] | None
    on_init: Callable[[ExecutionInit], Awaitable[None]] | None
    skip_accumulation: bool


class ExecutionHandlersSyncDict(TypedDict, total=False):
    """The fields of `ExecutionHandlersSync`."""

    on_stdout: Callable[[OutputMessage], None] | None
    on_stderr: Callable[[OutputMessage], None] | None
    on_result: Callable[[ExecutionResult], None] | None
    on_execution_complete: Callable[[ExecutionComplete], None] | None
    on_error: Callable[[ExecutionError], None] | None
    on_init: Callable[[ExecutionInit], None] | None
    skip_accumulation: bool


class HostDict(TypedDict, total=False):
    """The fields of `Host`."""

    path: Required[str]


class IdlePolicyDict(TypedDict, total=False):
    """The fields of `IdlePolicy`."""

    idle_timeout_seconds: int | None
    on_idle: Literal["pause"] | None
    wake_on_access: bool
    active_probe: ActivityProbe | ActivityProbeDict | None


class InlineCredentialSourceDict(TypedDict, total=False):
    """The fields of `InlineCredentialSource`."""

    value: Required[str]
    type: Literal["inline"]


class IsolatedOverlaySpecDict(TypedDict, total=False):
    """The fields of `IsolatedOverlaySpec`."""

    path: Required[str]
    mode: str | None
    persist: bool | None


class IsolatedRunOptsDict(TypedDict, total=False):
    """The fields of `IsolatedRunOpts`."""

    envs: dict[str, str] | None
    timeout_seconds: int | None


class IsolatedWorkspaceSpecDict(TypedDict, total=False):
    """The fields of `IsolatedWorkspaceSpec`."""

    path: Required[str]
    mode: str | None


class LifecycleHookDict(TypedDict, total=False):
    """The fields of `LifecycleHook`."""

    command: Required[list[str]]
    timeout_seconds: int | None


class MoveEntryDict(TypedDict, total=False):
    """The fields of `MoveEntry`."""

    src: Required[str]
    dest: Required[str]


class NetworkPolicyDict(TypedDict, total=False):
    """The fields of `NetworkPolicy`."""

    default_action: Literal["allow", "deny"] | None
    egress: Sequence[NetworkRule | NetworkRuleDict] | None


class NetworkRuleDict(TypedDict, total=False):
    """The fields of `NetworkRule`."""

    action: Required[Literal["allow", "deny"]]
    target: str | None
    ports: list[int] | None


class OSSFSDict(TypedDict, total=False):
    """The fields of `OSSFS`."""

    bucket: Required[str]
    endpoint: Required[str]
    version: Literal["1.0", "2.0"]
    options: list[str] | None
    access_key_id: str | None
    access_key_secret: str | None


class PVCDict(TypedDict, total=False):
    """The fields of `PVC`."""

    claim_name: Required[str]
    create_if_not_exists: bool
    delete_on_sandbox_termination: bool
    storage_class: str | None
    storage: str | None
    access_modes: list[str] | None


class PeriodicLifecycleHookDict(TypedDict, total=False):
    """The fields of `PeriodicLifecycleHook`."""

    command: Required[list[str]]
    timeout_seconds: int | None
    name: Required[str]
    schedule: Required[str]


class PlatformSpecDict(TypedDict, total=False):
    """The fields of `PlatformSpec`."""

    os: Required[Literal["linux", "windows"]]
    arch: Required[Literal["amd64", "arm64"]]


class RenewalPolicyDict(TypedDict, total=False):
    """The fields of `RenewalPolicy`."""

    extend_seconds: Required[int]


class RunCommandOptsDict(TypedDict, total=False):
    """The fields of `RunCommandOpts`."""

    background: bool
    working_directory: str | None
    timeout: timedelta | float | None
    uid: int | None
    gid: int | None
    envs: dict[str, str] | None


class SandboxFilterDict(TypedDict, total=False):
    """The fields of `SandboxFilter`."""

    page_size: int | None
    page: int | None
    states: list[str] | None
    metadata: dict[str, str] | None


class SandboxImageAuthDict(TypedDict, total=False):
    """The fields of `SandboxImageAuth`."""

    username: Required[str]
    password: Required[str]


class SandboxImageSpecDict(TypedDict, total=False):
    """The fields of `SandboxImageSpec`."""

    image: Required[str]
    auth: SandboxImageAuth | SandboxImageAuthDict | None


class SandboxLifecycleDict(TypedDict, total=False):
    """The fields of `SandboxLifecycle`."""

    pre_start: LifecycleHook | LifecycleHookDict | None
    periodic: Sequence[PeriodicLifecycleHook | PeriodicLifecycleHookDict] | None
    idle_policy: IdlePolicy | IdlePolicyDict | None
    renewal_policy: RenewalPolicy | RenewalPolicyDict | None


class SearchEntryDict(TypedDict, total=False):
    """The fields of `SearchEntry`."""

    path: Required[str]
    pattern: Required[str]


class SetPermissionEntryDict(TypedDict, total=False):
    """The fields of `SetPermissionEntry`."""

    path: Required[str]
    owner: str | None
    group: str | None
    mode: int | str


class SnapshotFilterDict(TypedDict, total=False):
    """The fields of `SnapshotFilter`."""

    page_size: int | None
    page: int | None
    sandbox_id: str | None
    name: str | None
    states: list[str] | None


class TemplateFilterDict(TypedDict, total=False):
    """The fields of `TemplateFilter`."""

    metadata: dict[str, str] | None
    page_size: int | None
    page: int | None


class TemplateReadinessDict(TypedDict, total=False):
    """The fields of `TemplateReadiness`."""

    probe: str | None
    warmup_seconds: int | None


class VolumeDict(TypedDict, total=False):
    """The fields of `Volume`."""

    name: Required[str]
    host: Host | HostDict | None
    pvc: PVC | PVCDict | None
    ossfs: OSSFS | OSSFSDict | None
    mount_path: Required[str]
    read_only: bool
    sub_path: str | None


class WriteEntryDict(TypedDict, total=False):
    """The fields of `WriteEntry`."""

    path: Required[str]
    data: str | bytes | IOBase | None
    mode: int | str
    owner: str | None
    group: str | None
    encoding: str
