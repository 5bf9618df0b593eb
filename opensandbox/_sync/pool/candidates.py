# Generated from opensandbox/_async/pool/candidates.py by scripts/unasync.py. Do not edit.
"""Idle sandboxes on their way to a caller: found alive, renewed, attached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from opensandbox._concurrency.pairs import monotonic, together
from opensandbox._core.pool.entry import decode_endpoint
from opensandbox._sync.sandbox import SandboxSync
from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.exceptions import SandboxApiException, SandboxNotFoundException, SandboxReadyTimeoutException

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._core.pool.messages import TakenSandbox
    from opensandbox._sync.pool.run import PoolRun

FIRST_LOOK: Final = timedelta(seconds=1)
"""How long a candidate is tried before the server is asked whether it is still there."""


class RenewalFailed(Exception):
    """The candidate is alive but got no more time; the cause says why."""


def refuses(exc: BaseException) -> bool:
    """Return whether the deployment does not let this caller in: no other candidate would fare better."""
    return isinstance(exc, SandboxApiException) and exc.status_code in (401, 403)


def attach(run: PoolRun, taken: TakenSandbox, lifetime: timedelta | None) -> SandboxSync:
    """Return the taken sandbox, ready, and with `lifetime` from now where that is given.

    Raises `RenewalFailed`, or why it is of no use. It is not killed here.
    """
    sandbox = _known(run, taken)
    try:
        if lifetime is None:
            _see_alive(run, sandbox)
            return sandbox

        def renew() -> None:
            sandbox.renew(lifetime)

        def see_alive() -> None:
            _see_alive(run, sandbox)

        _both(see_alive, renew)
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def _both(see_alive: Callable[[], None], renew: Callable[[], None]) -> None:
    """Do both at once: together they take one round trip."""
    # The renewal first: its answer takes longer to read, and so is read while that of the other is on its way.
    renewed, alive = together(renew, see_alive)
    if isinstance(alive, Exception):
        raise alive
    if isinstance(renewed, SandboxNotFoundException):
        raise renewed
    if isinstance(renewed, Exception):
        raise RenewalFailed from renewed


def _known(run: PoolRun, taken: TakenSandbox) -> SandboxSync:
    config = run.config
    factory: Any = run.sandbox_factory  # a stand-in is no subclass, and does not know what of ours is private
    if not issubclass(factory, SandboxSync):
        attached: SandboxSync = factory.connect(
            taken.sandbox_id,
            connection_config=run.connection_config,
            health_check=config.acquire_health_check,
            connect_timeout=config.acquire_ready_timeout,
            health_check_polling_interval=config.acquire_health_check_polling_interval,
            skip_health_check=config.acquire_skip_health_check,
        )
        return attached
    sandbox: SandboxSync = factory(
        taken.sandbox_id,
        connection_config=run.connection_config,
        custom_health_check=config.acquire_health_check,
    )
    endpoint = decode_endpoint(taken.endpoint, use_server_proxy=run.connection_config.use_server_proxy)
    if endpoint is not None:
        sandbox._lifecycle.remember_endpoint(taken.sandbox_id, DEFAULT_EXECD_PORT, endpoint)
    return sandbox


def _see_alive(run: PoolRun, sandbox: SandboxSync) -> None:
    config = run.config
    if config.acquire_skip_health_check or not isinstance(sandbox, SandboxSync):
        return
    began, interval = monotonic(), config.acquire_health_check_polling_interval
    try:
        sandbox.check_ready(min(FIRST_LOOK, config.acquire_ready_timeout), interval)
    except SandboxReadyTimeoutException:
        left = config.acquire_ready_timeout - timedelta(seconds=monotonic() - began)
        if left <= timedelta(0):
            raise
        # What is gone would be waited for in vain; what has moved is found again.
        sandbox.get_info()
        sandbox._forget_endpoints()
        sandbox.check_ready(left, interval)
