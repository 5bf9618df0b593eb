"""Idle sandboxes on their way to a caller: found alive, renewed, attached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from opensandbox._async.sandbox import Sandbox
from opensandbox._concurrency.pairs import async_together, monotonic
from opensandbox._core.pool.entry import decode_endpoint
from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.exceptions import SandboxApiException, SandboxNotFoundException, SandboxReadyTimeoutException

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from opensandbox._async.pool.run import PoolRun
    from opensandbox._core.pool.messages import TakenSandbox

FIRST_LOOK: Final = timedelta(seconds=1)
"""How long a candidate is tried before the server is asked whether it is still there."""


class RenewalFailed(Exception):
    """The candidate is alive but got no more time; the cause says why."""


def refuses(exc: BaseException) -> bool:
    """Return whether the deployment does not let this caller in: no other candidate would fare better."""
    return isinstance(exc, SandboxApiException) and exc.status_code in (401, 403)


async def attach(run: PoolRun, taken: TakenSandbox, lifetime: timedelta | None) -> Sandbox:
    """Return the taken sandbox, ready, and with `lifetime` from now where that is given.

    Raises `RenewalFailed`, or why it is of no use. It is not killed here.
    """
    sandbox = await _known(run, taken)
    try:
        if lifetime is None:
            await _see_alive(run, sandbox)
            return sandbox

        async def renew() -> None:
            await sandbox.renew(lifetime)

        async def see_alive() -> None:
            await _see_alive(run, sandbox)

        await _both(see_alive, renew)
    except BaseException:
        await sandbox.close()
        raise
    return sandbox


async def _both(
    see_alive: Callable[[], Coroutine[Any, Any, None]], renew: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Do both at once: together they take one round trip."""
    # The renewal first: its answer takes longer to read, and so is read while that of the other is on its way.
    renewed, alive = await async_together(renew, see_alive)
    if isinstance(alive, Exception):
        raise alive
    if isinstance(renewed, SandboxNotFoundException):
        raise renewed
    if isinstance(renewed, Exception):
        raise RenewalFailed from renewed


async def _known(run: PoolRun, taken: TakenSandbox) -> Sandbox:
    config = run.config
    factory: Any = run.sandbox_factory  # a stand-in is no subclass, and does not know what of ours is private
    if not issubclass(factory, Sandbox):
        attached: Sandbox = await factory.connect(
            taken.sandbox_id,
            connection_config=run.connection_config,
            health_check=config.acquire_health_check,
            connect_timeout=config.acquire_ready_timeout,
            health_check_polling_interval=config.acquire_health_check_polling_interval,
            skip_health_check=config.acquire_skip_health_check,
        )
        return attached
    sandbox: Sandbox = factory(
        taken.sandbox_id,
        connection_config=run.connection_config,
        custom_health_check=config.acquire_health_check,
    )
    endpoint = decode_endpoint(taken.endpoint, use_server_proxy=run.connection_config.use_server_proxy)
    if endpoint is not None:
        sandbox._lifecycle.remember_endpoint(taken.sandbox_id, DEFAULT_EXECD_PORT, endpoint)
    return sandbox


async def _see_alive(run: PoolRun, sandbox: Sandbox) -> None:
    config = run.config
    if config.acquire_skip_health_check or not isinstance(sandbox, Sandbox):
        return
    began, interval = monotonic(), config.acquire_health_check_polling_interval
    try:
        await sandbox.check_ready(min(FIRST_LOOK, config.acquire_ready_timeout), interval)
    except SandboxReadyTimeoutException:
        left = config.acquire_ready_timeout - timedelta(seconds=monotonic() - began)
        if left <= timedelta(0):
            raise
        # What is gone would be waited for in vain; what has moved is found again.
        await sandbox.get_info()
        sandbox._forget_endpoints()
        await sandbox.check_ready(left, interval)
