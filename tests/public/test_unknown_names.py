"""Names that do not exist are refused where a caller writes them, with the one that was meant, and passed over in answers.

The tables are built from the public names, so that a new model is covered by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from inspect import signature
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

import opensandbox.config
import opensandbox.pool
import opensandbox.transport
from opensandbox import (
    PoolCreationSpec,
    Sandbox,
    SandboxManagerSync,
    SandboxPoolAsync,
    SandboxPoolManagerSync,
    SandboxPoolSync,
    SandboxSync,
    models,
)
from opensandbox._core.convert.values import answer_of
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.models import (
    Credential,
    CredentialMatch,
    Execution,
    ExecutionHandlers,
    ExecutionLogs,
    IsolatedRunOpts,
    IsolatedSessionInfo,
    LifecycleHook,
    NetworkPolicy,
    NetworkRule,
    RunCommandOpts,
    SandboxFilter,
    SandboxInfo,
    Volume,
    WriteEntry,
)
from opensandbox.models.base import Answer, spellings
from opensandbox.transport import RetryPolicy

SECRET = "s3cr3t-value"

PUBLIC = [
    kind
    for module in (models, opensandbox.config)
    for kind in (getattr(module, name) for name in module.__all__)
    if isinstance(kind, type) and issubclass(kind, BaseModel)
]
FILLED_BY_EVENTS = [Execution, ExecutionLogs]
# What servers say; everything else is what a caller writes, a new model too.
ANSWERS = [kind for kind in PUBLIC if issubclass(kind, Answer) or kind in FILLED_BY_EVENTS]
WRITTEN = [kind for kind in PUBLIC if kind not in ANSWERS]

# What a pool, a store, a retry and a sweep tell; every other public dataclass is what a caller writes.
TOLD = {
    "IdleEntry",
    "LatencyHistogram",
    "PoolDestroyResult",
    "PoolSnapshot",
    "PoolStatistics",
    "PooledSandboxCreateContext",
    "RetryEvent",
    "StoreCounters",
    "SweepReport",
    "TakeIdleResult",
}
KEYWORDS = [
    kind
    for module in (models, opensandbox.pool, opensandbox.transport)
    for kind in (getattr(module, name) for name in module.__all__ if name not in TOLD)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
]


def complaints(kind: type[BaseModel], data: dict[str, Any]) -> dict[str, str]:
    """Return what is said about unknown names, by their place."""
    try:
        kind.model_validate(data)
    except ValidationError as refused:
        return {
            ".".join(map(str, error["loc"])): error["msg"]
            for error in refused.errors()
            if error["type"] in ("unknown_field", "extra_forbidden")
        }
    return {}


def nested(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that an annotation speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [kind for part in get_args(annotation) for kind in nested(part)]


NESTED = [
    pytest.param(kind, name, "list[" in str(field.annotation), id=f"{kind.__name__}.{name}")
    for kind in WRITTEN
    for name, field in kind.model_fields.items()
    if nested(field.annotation)
]


def misspelt(name: str) -> str:
    """Return a name as it comes from a hurried hand."""
    return name[:1] + name[2:] if len(name) > 4 else f"{name}{name[-1]}"


def test_both_kinds_of_models_are_in_the_tables() -> None:
    assert {RunCommandOpts, ConnectionConfig, ConnectionConfigSync, NetworkRule} <= set(WRITTEN)
    assert SandboxInfo in ANSWERS


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_a_caller_writes_has_no_unknown_names(kind: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="unknown field 'surprise_field'; known are"):
        kind(surprise_field=1)
    assert complaints(kind, {"surprise_field": 1}).keys() == {"surprise_field"}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, id=f"{kind.__name__}.{name}")
        for kind in WRITTEN
        for name in kind.model_fields
    ],
)
def test_a_misspelt_name_brings_the_right_one(kind: type[BaseModel], name: str) -> None:
    for wrong in (misspelt(name), name.replace("_", ""), name.upper()):
        if wrong not in spellings(kind):
            assert complaints(kind, {wrong: None}) == {
                wrong: f"unknown field {wrong!r}; did you mean {name!r}?"
            }


@pytest.mark.parametrize("kind", WRITTEN)
def test_both_spellings_of_a_name_are_known(kind: type[BaseModel]) -> None:
    aliases = [field.alias for field in kind.model_fields.values() if field.alias is not None]

    assert (
        complaints(kind, dict.fromkeys(kind.model_fields)) == complaints(kind, dict.fromkeys(aliases)) == {}
    )


@pytest.mark.parametrize(("kind", "name", "is_list"), NESTED)
def test_nested_dicts_have_no_unknown_names_either(kind: type[BaseModel], name: str, is_list: bool) -> None:
    inner = {"surprise_field": 1}
    place = f"{name}.0" if is_list else name

    found = complaints(kind, {name: [inner] if is_list else inner})

    assert found.keys() == {f"{place}.surprise_field"}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_a_newer_server_says_is_passed_over(kind: type[BaseModel]) -> None:
    assert complaints(kind, {"surprise_field": 1}) == {}


@pytest.mark.parametrize(
    ("kind", "name", "meant"),
    [
        (RunCommandOpts, "cwd", "working_directory"),
        (RunCommandOpts, "workdir", "working_directory"),
        (RunCommandOpts, "env", "envs"),
        (RunCommandOpts, "environment", "envs"),
        (RunCommandOpts, "timeout_seconds", "timeout"),
        (RunCommandOpts, "user", "uid"),
        (IsolatedRunOpts, "timeout", "timeout_seconds"),
        (LifecycleHook, "timeout", "timeout_seconds"),
        (NetworkPolicy, "default", "default_action"),
        (NetworkPolicy, "rules", "egress"),
        (NetworkRule, "host", "target"),
        (Volume, "readonly", "read_only"),
        (Volume, "destination", "mount_path"),
        (WriteEntry, "content", "data"),
        (SandboxFilter, "metdata", "metadata"),
        (SandboxFilter, "labels", "metadata"),
        (SandboxFilter, "state", "states"),
        (SandboxFilter, "limit", "page_size"),
        (ExecutionHandlers, "stdout", "on_stdout"),
        (ConnectionConfig, "apikey", "api_key"),
        (ConnectionConfig, "token", "api_key"),
        (ConnectionConfig, "base_url", "domain"),
        (ConnectionConfig, "host", "domain"),
        (ConnectionConfigSync, "timeout", "request_timeout"),
        (ConnectionConfig, "retries", "retry_policy"),
    ],
)
def test_a_name_from_elsewhere_brings_the_one_used_here(kind: type[BaseModel], name: str, meant: str) -> None:
    assert complaints(kind, {name: None}) == {name: f"unknown field {name!r}; did you mean {meant!r}?"}


@pytest.mark.parametrize(
    "write",
    [
        lambda: RunCommandOpts(env={"TOKEN": SECRET}),
        lambda: RunCommandOpts(envs={"TOKEN": SECRET}, cwd="/tmp"),
        lambda: Credential(name="a", source={"value": SECRET, "kind": "inline"}),
        lambda: ConnectionConfig(apikey=SECRET),
        lambda: RunCommandOpts().model_copy(update={"env": {"TOKEN": SECRET}}),
    ],
)
def test_secrets_stay_out_of_complaints_about_names(write: Callable[[], object]) -> None:
    with pytest.raises(ValidationError, match="unknown field") as refused:
        write()

    assert SECRET not in str(refused.value)


def test_several_unknown_names_are_told_at_once() -> None:
    assert len(complaints(RunCommandOpts, {"cwd": "/", "env": {}, 1: None})) == 3


def test_every_way_to_fill_a_model_in_looks_at_the_names() -> None:
    class Job(BaseModel):
        policy: NetworkPolicy

    for fill in (
        lambda: RunCommandOpts.model_validate_json('{"cwd": "/tmp"}'),
        lambda: TypeAdapter(list[RunCommandOpts]).validate_python([{"cwd": "/tmp"}]),
        lambda: Job.model_validate({"policy": {"default": "deny"}}),
        lambda: RunCommandOpts().model_copy(update={"cwd": "/tmp"}),
        lambda: ConnectionConfig(retry_policy={"max_retry": 1}),
    ):
        with pytest.raises(ValidationError, match=r"unknown field .*; did you mean"):
            fill()
    with pytest.raises(ValidationError, match="unknown event 'respnse'; did you mean 'response'"):
        ConnectionConfig(event_hooks={"respnse": []})
    with pytest.raises(ValueError, match="cwd"):
        RunCommandOpts().cwd = "/tmp"


def test_known_names_pass_every_way() -> None:
    policy = NetworkPolicy(defaultAction="allow", egress=[{"action": "deny", "target": "a"}])

    assert policy.model_copy(update={"default_action": "deny"}).default_action == "deny"
    assert policy.model_copy() == policy == NetworkPolicy.model_validate(policy.model_dump(by_alias=True))
    assert ConnectionConfig(retry_policy={"max_retries": 1}).retry_policy == RetryPolicy(max_retries=1)


def test_a_subclass_may_add_fields_and_say_that_it_takes_any() -> None:
    class Named(RunCommandOpts):
        label: str | None = None

    class Open(RunCommandOpts):
        model_config = ConfigDict(extra="allow")

    assert Named(label="a", working_directory="/").label == "a"
    assert complaints(Named, {"lable": "a"}) == {"lable": "unknown field 'lable'; did you mean 'label'?"}
    assert Open.model_validate({"cwd": "/"}).model_extra == {"cwd": "/"}


def test_what_a_server_says_in_a_model_that_travels_both_ways_is_passed_over() -> None:
    match = answer_of(CredentialMatch, {"hosts": ["a.example.com"], "clients": ["new"]})
    session = answer_of(
        IsolatedSessionInfo,
        {
            "session_id": "s",
            "kind": "new",
            "workspace": {"path": "/w", "quota": "new"},
            "binds": [{"source": "/a", "label": "new"}, {"source": "/b"}],
            "env_passthrough": None,
        },
    )

    assert match == CredentialMatch(hosts=["a.example.com"])
    assert session.workspace is not None
    assert (session.workspace.path, [bind.source for bind in session.binds or []]) == ("/w", ["/a", "/b"])


@pytest.mark.parametrize("kind", [*KEYWORDS, LocalServer, SandboxPoolAsync, SandboxPoolSync])
def test_constructors_that_are_no_models_name_the_keyword_that_was_meant(kind: type) -> None:
    for name in signature(kind).parameters:
        with pytest.raises(TypeError) as refused:
            kind(**{misspelt(name): None})

        assert str(refused.value) == (
            f"{kind.__name__}() got an unexpected keyword argument {misspelt(name)!r}; did you mean {name!r}?"
        )


@pytest.mark.parametrize("kind", [Sandbox, SandboxSync])
def test_options_of_an_ephemeral_sandbox_are_looked_at_before_its_block(kind: type[Sandbox]) -> None:
    class Labelled(kind):
        @classmethod
        def create(cls, image: object = None, *, label: str, **options: Any) -> Any: ...

    with pytest.raises(TypeError, match="unexpected keyword argument 'envs'; did you mean 'env'"):
        kind.ephemeral("ubuntu", envs={})
    Labelled.ephemeral("ubuntu", label="a", envs={})


@pytest.mark.parametrize(
    "given",
    [
        {"image": {"image": "ubuntu", "auht": None}},
        {"image": "ubuntu", "network_policy": {"default": "deny"}},
        {"image": "ubuntu", "platform": {"os": "linux", "architecture": "amd64"}},
        {"image": "ubuntu", "credential_proxy": {"enable": True}},
        {"image": "ubuntu", "volumes": [{"name": "a", "mount_path": "/a", "host": {"dir": "/a"}}]},
        {"image": "ubuntu", "lifecycle": {"prestart": {"command": ["true"]}}},
    ],
)
def test_a_spec_of_a_pool_is_refused_when_it_is_made_rather_than_by_each_warm_up(
    given: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="unknown field"):
        PoolCreationSpec(**given)


def test_dicts_in_a_spec_of_a_pool_become_models() -> None:
    spec = PoolCreationSpec(
        image={"image": "ubuntu"}, volumes=[{"name": "a", "mountPath": "/a", "host": {"path": "/b"}}]
    )

    assert spec.image == models.SandboxImageSpec("ubuntu")
    assert spec.volumes == [Volume(name="a", mount_path="/a", host=models.Host(path="/b"))]


@pytest.mark.parametrize(
    "given",
    [
        {"creation_spec": {"image": "ubuntu"}, "connection_config": ConnectionConfigSync()},
        {"creation_spec": PoolCreationSpec(image="ubuntu"), "connection_config": {"domain": "a"}},
    ],
)
def test_settings_that_take_no_dict_say_so_at_once(given: dict[str, Any]) -> None:
    store = opensandbox.pool.InMemoryPoolStateStore()
    with pytest.raises(ValueError, match=r"must be a .*, not a dict"):
        SandboxPoolSync(pool_name="a", max_idle=1, state_store=store, **given)
    for make in (Sandbox, SandboxSync):
        with pytest.raises(InvalidArgumentException, match="connection_config must be a ConnectionConfig"):
            make("id", connection_config={"domain": "a"})
    manager = SandboxPoolManagerSync(state_store=store, connection_config=ConnectionConfigSync())
    with pytest.raises(InvalidArgumentException, match="options must be a PoolDestroyOptions, not a dict"):
        manager.destroy("a", {"drain_timeout": 1})
    with pytest.raises(InvalidArgumentException, match="retry must be a RetryPolicy, not a dict"):
        SandboxSync.create("ubuntu", retry={"max_retries": 1})
    with pytest.raises(InvalidArgumentException, match=r"ConnectionConfigSync\(\*\*connection_config\)"):
        SandboxManagerSync.create({"domain": "a"})
