"""Whether the settings of a pool make sense, and the defaults that depend on others."""

from __future__ import annotations

import reprlib
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opensandbox._async.pool.config import AsyncPoolConfig
    from opensandbox._sync.pool.config import PoolConfig

ZERO = timedelta(0)


def complete(config: PoolConfig | AsyncPoolConfig) -> None:
    """Check every value, and fill in the defaults that depend on others."""
    need_name("pool_name", config.pool_name, "give the pool a name")
    if config.owner_id:
        need_name("owner_id", config.owner_id, "leave it out to get one")
    else:
        set_field(config, "owner_id", f"pool-owner-{uuid.uuid4()}")
    for name, kind in (("creation_spec", "PoolCreationSpec"), ("connection_config", "ConnectionConfig")):
        if isinstance(getattr(config, name), dict):
            raise ValueError(f"{name} must be a {kind}, not a dict; {kind}(**{name}) makes one")
    need_whole("max_idle", config.max_idle, 0)
    if config.warmup_concurrency is None:
        set_field(config, "warmup_concurrency", max(1, config.max_idle // 5))
    for name in ("warmup_create_qps", "warmup_concurrency", "degraded_threshold", "max_acquire_retries"):
        need_whole(name, getattr(config, name), 1)
    if config.max_concurrent_creates is not None:
        need_whole("max_concurrent_creates", config.max_concurrent_creates, 1)
    rate: object = config.max_create_qps
    if rate is not None and not (isinstance(rate, int | float) and rate > 0):
        raise ValueError(
            f"max_create_qps must be above 0, not {config.max_create_qps!r}; leave it out for no limit"
        )
    for name in (
        "primary_lock_ttl",
        "acquire_ready_timeout",
        "acquire_health_check_polling_interval",
        "warmup_ready_timeout",
        "warmup_health_check_polling_interval",
        "warmup_post_prepare_health_check_timeout",
        "idle_timeout",
        "reconcile_interval",
    ):
        need_above_zero(name, getattr(config, name))
    need_zero_or_above("warmup_health_check_initial_delay", config.warmup_health_check_initial_delay)
    need_zero_or_above("drain_timeout", config.drain_timeout)
    if config.acquire_min_remaining_ttl is None:
        least = min(timedelta(seconds=60), config.idle_timeout / 2)
        set_field(config, "acquire_min_remaining_ttl", least)
        return
    need_zero_or_above("acquire_min_remaining_ttl", config.acquire_min_remaining_ttl)
    if config.acquire_min_remaining_ttl >= config.idle_timeout:
        raise ValueError(
            f"acquire_min_remaining_ttl ({config.acquire_min_remaining_ttl}) must be below idle_timeout "
            f"({config.idle_timeout}): no sandbox could ever be handed out"
        )


def set_field(config: object, name: str, value: object) -> None:
    object.__setattr__(config, name, value)


def need_name(name: str, value: object, way_out: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a string that is not blank, not {reprlib.repr(value)}; {way_out}")
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise ValueError(
            f"{name} must be text that can be stored, not {reprlib.repr(value)}; {way_out}"
        ) from exc


def need_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number, {least} or more, not {reprlib.repr(value)}")


def need_above_zero(name: str, value: object) -> None:
    if not isinstance(value, timedelta) or value <= ZERO:
        raise ValueError(
            f"{name} must be a timedelta above zero, not {reprlib.repr(value)}; for example timedelta(seconds=30)"
        )


def need_zero_or_above(name: str, value: object) -> None:
    if not isinstance(value, timedelta) or value < ZERO:
        raise ValueError(
            f"{name} must be a timedelta, zero or more, not {reprlib.repr(value)}; for example timedelta(seconds=30)"
        )
