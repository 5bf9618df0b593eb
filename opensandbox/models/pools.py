"""The values of pools: policies, specs of sandboxes, snapshots. Durations are `timedelta`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from opensandbox._core.names import tells_keywords
from opensandbox._core.pool.settings import need_above_zero, need_zero_or_above, set_field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime

    from pydantic import BaseModel

    from opensandbox._async.sandbox import Sandbox
    from opensandbox._sync.sandbox import SandboxSync
    from opensandbox.config import ConnectionConfig, ConnectionConfigSync
    from opensandbox.models.sandboxes import (
        CredentialProxyConfig,
        NetworkPolicy,
        PlatformSpec,
        SandboxImageSpec,
        SandboxLifecycle,
        Volume,
    )


class AcquirePolicy(Enum):
    """What `acquire` does without a usable idle sandbox."""

    FAIL_FAST = "FAIL_FAST"
    """Raise at once. During the first fill of a pool, wait up to `acquire_ready_timeout`."""
    DIRECT_CREATE = "DIRECT_CREATE"
    """Create a sandbox for this caller."""
    RETRY_NEXT_IDLE = "RETRY_NEXT_IDLE"
    """Try further idle ones, `max_acquire_retries` in all, then raise. Wait for the first fill as above."""
    RETRY_NEXT_IDLE_THEN_CREATE = "RETRY_NEXT_IDLE_THEN_CREATE"
    """Try further idle ones, `max_acquire_retries` in all, then create a sandbox for this caller."""
    WAIT = "WAIT"
    """Wait, first come, first served, until the pool has one or the timeout is over."""


class PoolState(Enum):
    """The health of a pool."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    """Creations keep failing. Idle sandboxes can be acquired as before; creations are tried less and less often."""
    DRAINING = "DRAINING"
    STOPPED = "STOPPED"
    """Not started, or shut down."""


class PoolLifecycleState(Enum):
    """Where a pool object stands between `start` and `shutdown`."""

    NOT_STARTED = "NOT_STARTED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    DRAINING = "DRAINING"
    STOPPED = "STOPPED"


class PoolDestroyState(Enum):
    """Whether a pool name may still be used."""

    ACTIVE = "ACTIVE"
    DESTROYING = "DESTROYING"
    DESTROYED = "DESTROYED"


class PoolDestroyStrategy(Enum):
    """How a pool is destroyed."""

    FORCE = "FORCE"
    """At once: members stop, idle sandboxes are killed, acquired ones keep running."""


class PooledSandboxCreateReason(Enum):
    """What a sandbox is created for."""

    WARMUP = "WARMUP"
    DIRECT_CREATE = "DIRECT_CREATE"


@tells_keywords
@dataclass(frozen=True)
class PoolCreationSpec:
    """How to create the sandboxes of a pool: the arguments of `Sandbox.create`, or a template.

    Set one of `image`, `snapshot_id` and `template_id`. A model may be a dict of its fields. Invalid values raise
    `ValueError` here, so that no warm-up fails later.

        PoolCreationSpec(image="python:3.12", env={"LANG": "C.UTF-8"}, resource={"cpu": "1", "memory": "1Gi"})
    """

    image: SandboxImageSpec | str | None = None
    entrypoint: list[str] | None = None
    resource: dict[str, str] | None = None
    env: dict[str, str] | None = None
    metadata: dict[str, str] | None = None
    extensions: dict[str, str] | None = None
    network_policy: NetworkPolicy | None = None
    platform: PlatformSpec | None = None
    secure_access: bool = False
    volumes: list[Volume] | None = None
    snapshot_id: str | None = None
    template_id: str | None = None
    resource_requests: dict[str, str] | None = None
    credential_proxy: CredentialProxyConfig | None = None
    lifecycle: SandboxLifecycle | None = None
    create_timeout: timedelta | None = None
    """Limits the wait for the server's response to a creation; the default is that of `Sandbox.create`."""

    def __post_init__(self) -> None:
        _check_words(self)
        _read_models(self)
        if self.create_timeout is not None:
            need_above_zero("create_timeout", self.create_timeout)
        sources = {"image": self.image, "snapshot_id": self.snapshot_id, "template_id": self.template_id}
        given = [name for name, value in sources.items() if value is not None]
        if len(given) != 1:
            raise ValueError(
                f"pass one of image, snapshot_id and template_id, not {' and '.join(given) or 'none'}; "
                'for example PoolCreationSpec(image="python:3.12")'
            )
        if self.template_id is None:
            return
        fixed = ("entrypoint", "resource", "env", "platform", "volumes", "resource_requests")
        for name in (*fixed, "credential_proxy"):
            if getattr(self, name) is not None:
                raise ValueError(f"{name} is fixed by the template; leave it out, or start from an image")
        if self.lifecycle is not None and self.lifecycle.model_fields_set - {"idle_policy"}:
            raise ValueError(
                "lifecycle may only have an idle_policy with template_id; the template decides the rest"
            )
        if self.secure_access:
            raise ValueError("secure_access is fixed by the template; leave it out, or start from an image")


@dataclass(frozen=True)
class PooledSandboxCreateContext:
    """The argument of a `sandbox_creator`: reason, lifetime, and how to wait until the sandbox is ready."""

    pool_name: str
    owner_id: str
    idle_timeout: timedelta
    reason: PooledSandboxCreateReason
    ready_timeout: timedelta
    health_check_polling_interval: timedelta
    skip_health_check: bool
    health_check: Callable[[SandboxSync], bool] | Callable[[Sandbox], Awaitable[bool]] | None
    connection_config: ConnectionConfigSync | ConnectionConfig


@dataclass(frozen=True)
class IdleEntry:
    """An idle sandbox, and until when it may be acquired."""

    sandbox_id: str
    expires_at: datetime


@dataclass(frozen=True)
class StoreCounters:
    """How many idle sandboxes a store holds."""

    idle_count: int


@dataclass(frozen=True)
class TakeIdleResult:
    """The result of a take, and the sandboxes that it skipped because they end too soon: those are to be killed."""

    sandbox_id: str | None
    discarded_alive_sandbox_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class LatencyHistogram:
    """A histogram of durations: `counts[i]` of them took up to `bounds[i]` seconds, the last count is for longer ones."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float = 0.0
    """The sum of all durations, in seconds."""

    @property
    def count(self) -> int:
        """The number of durations."""
        return sum(self.counts)


@dataclass(frozen=True)
class PoolStatistics:
    """What a pool object has done since its creation."""

    counters: dict[str, int]
    """By name: `acquired`, `direct_created`, `warmed`, `warmup_failed`, `killed`, `waited`, `empty`, …"""
    latencies: dict[str, LatencyHistogram]
    """By name: `acquire`, `wait`, `create`, `warmup`, in seconds."""


@dataclass(frozen=True)
class PoolSnapshot:
    """A pool at one moment, as this member sees it."""

    state: PoolState
    lifecycle_state: PoolLifecycleState
    idle_count: int
    max_idle: int
    failure_count: int
    """Creations for the pool that failed in a row."""
    backoff_active: bool
    """Whether the next creation is delayed after failures."""
    last_error: str | None
    in_flight_operations: int
    """Acquires and warm-ups under way in this member."""
    warming_count: int = 0
    waiting_count: int = 0
    """Acquires that wait in this member."""
    backoff_remaining: timedelta | None = None
    leader_epoch: int | None = None
    """The epoch this member leads in; `None` while another member leads."""
    statistics: PoolStatistics | None = None

    def __str__(self) -> str:
        """Return one line: states, idle sandboxes of those wanted, work under way, the last error."""
        parts = [
            f"{self.lifecycle_state.value} {self.state.value}: {self.idle_count} of {self.max_idle} idle",
            f"{self.warming_count} warming",
            f"{self.waiting_count} waiting",
            f"{self.in_flight_operations} in flight",
        ]
        if self.failure_count:
            parts.append(f"{self.failure_count} failures in a row")
        if self.last_error:
            parts.append(f"last error: {' '.join(self.last_error.split())}")
        return ", ".join(parts)


@tells_keywords
@dataclass(frozen=True)
class PoolDestroyOptions:
    """How to destroy a pool. The tombstone keeps its name from being used again for `tombstone_ttl`; `None`: for ever."""

    strategy: PoolDestroyStrategy = PoolDestroyStrategy.FORCE
    tombstone_ttl: timedelta | None = timedelta(days=7)
    drain_timeout: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        if self.tombstone_ttl is not None:
            need_above_zero("tombstone_ttl", self.tombstone_ttl)
        need_zero_or_above("drain_timeout", self.drain_timeout)


@dataclass(frozen=True)
class PoolDestroyResult:
    """What destroying a pool did."""

    pool_name: str
    state: PoolDestroyState
    drained_idle_count: int
    killed_idle_count: int
    persistent_state_cleared: bool


def effective_max_idle_attempts(policy: AcquirePolicy, max_acquire_retries: int) -> int:
    """Return how many idle sandboxes `acquire` tries under a policy."""
    retrying = (AcquirePolicy.RETRY_NEXT_IDLE, AcquirePolicy.RETRY_NEXT_IDLE_THEN_CREATE)
    return max_acquire_retries if policy in retrying else 1


def policy_falls_through_to_direct_create(policy: AcquirePolicy) -> bool:
    """Return whether `acquire` creates a sandbox when no idle one can be used."""
    return policy in (AcquirePolicy.DIRECT_CREATE, AcquirePolicy.RETRY_NEXT_IDLE_THEN_CREATE)


def _check_words(spec: PoolCreationSpec) -> None:
    """Refuse what is no text where text belongs, which every warm-up would fail by."""
    for name in ("resource", "env", "metadata", "extensions", "resource_requests"):
        value = getattr(spec, name)
        if value is None:
            continue
        if not isinstance(value, dict):
            raise ValueError(f"{name} must be a dict of strings, not {value!r}")
        for key, item in value.items():
            if not _are_texts([key, item]):  # without the value, which may be secret
                raise ValueError(
                    f"{name} must map strings to strings, but {key!r} maps to a {type(item).__name__}"
                )
    program: object = spec.entrypoint
    if program is not None and not (isinstance(program, list | tuple) and program and _are_texts(program)):
        raise ValueError(f"entrypoint must be a list of strings with at least one, not {program!r}")
    for name in ("snapshot_id", "template_id"):
        value = getattr(spec, name)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise ValueError(f"{name} must be the id that the server gave, not {value!r}")


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _read_models(spec: PoolCreationSpec) -> None:
    """Make models of what was given as dicts."""
    written = [spec.network_policy, spec.platform, spec.credential_proxy, spec.lifecycle, spec.volumes]
    if (spec.image is None or isinstance(spec.image, str)) and not any(
        value is not None for value in written
    ):
        return  # the models need not be loaded
    from opensandbox.models import sandboxes as models

    for name, kind in (
        ("image", models.SandboxImageSpec),
        ("network_policy", models.NetworkPolicy),
        ("platform", models.PlatformSpec),
        ("credential_proxy", models.CredentialProxyConfig),
        ("lifecycle", models.SandboxLifecycle),
    ):
        value = getattr(spec, name)
        if value is not None and not (name == "image" and isinstance(value, str)):
            set_field(spec, name, _read(kind, name, value))
    if spec.volumes is None:
        return
    if not isinstance(spec.volumes, list | tuple):
        raise ValueError(f"volumes must be a list of Volume, not {spec.volumes!r}")
    mounts = [_read(models.Volume, f"volumes[{index}]", volume) for index, volume in enumerate(spec.volumes)]
    set_field(spec, "volumes", mounts)


def _read(kind: type[BaseModel], name: str, value: object) -> BaseModel:
    if isinstance(value, kind):
        return value
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a {kind.__name__} or a dict of its fields, not {value!r}")
    from pydantic import ValidationError

    from opensandbox.models.base import explain

    try:
        return kind.model_validate(value)
    except ValidationError as exc:
        raise ValueError(f"{name} is not a valid {kind.__name__}: {explain(exc)}") from exc
