"""Destroys pools by name, from any program."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from opensandbox._async.control.manager import SandboxManager
from opensandbox._async.pool.basic_store import coordinating
from opensandbox._async.pool.run import never_closed
from opensandbox._concurrency.pairs import async_gather_bounded, async_with_deadline, monotonic
from opensandbox._core import arguments
from opensandbox._core.copies import stays_here
from opensandbox._core.deadlines import span
from opensandbox._core.pool.messages import Member
from opensandbox._core.pool.settings import need_name
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import (
    PoolDestroyIncompleteException,
    PoolStateStoreUnavailableException,
    SandboxNotFoundException,
)
from opensandbox.models.pools import PoolDestroyOptions, PoolDestroyResult, PoolDestroyState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._async.pool.protocols import AsyncPoolStateStore

logger = logging.getLogger("opensandbox.pool")

BATCH: Final = 32
WORKERS: Final = 8


@stays_here("pass what it was made with, and make another there")
class SandboxPoolManagerAsync:
    """Destroys pools by name. It holds no connection between calls.

    Example::

        manager = SandboxPoolManagerAsync(state_store=store, connection_config=config)
        result = await manager.destroy("workers")
    """

    def __init__(
        self,
        *,
        state_store: AsyncPoolStateStore,
        connection_config: ConnectionConfig | None = None,
        owner_id: str | None = None,
        sandbox_manager_factory: Callable[
            [ConnectionConfig], Awaitable[SandboxManager]
        ] = SandboxManager.create,
    ) -> None:
        self._store = coordinating(state_store)
        self._config = connection_config or ConnectionConfig()
        self._owner_id = owner_id or f"pool-manager-{uuid.uuid4()}"
        self._manager_factory = sandbox_manager_factory

    def __repr__(self) -> str:
        return f"{type(self).__name__}(domain={self._config.get_domain()!r})"

    async def destroy(self, pool_name: str, options: PoolDestroyOptions | None = None) -> PoolDestroyResult:
        """Stop the pool's members, kill its idle sandboxes, and leave a tombstone under its name.

        Acquired sandboxes keep running. For a pool that was already destroyed, the result says so, with counts of
        zero. Raises `PoolDestroyIncompleteException` if the store fails, or if `drain_timeout` ends before all idle
        sandboxes are removed; the next call continues. Sandboxes that could not be killed are logged, and not counted
        in `killed_idle_count`; they end at their timeout.
        """
        need_name("pool_name", pool_name, "pass the name of the pool to destroy")
        options = arguments.instance("options", options or PoolDestroyOptions(), PoolDestroyOptions)
        try:
            return await self._destroy(pool_name, options)
        except PoolStateStoreUnavailableException as exc:
            raise PoolDestroyIncompleteException(
                f"pool {pool_name!r} is not destroyed completely, its store is unavailable: {exc}; call destroy again",
                exc,
            ) from exc

    async def _destroy(self, pool_name: str, options: PoolDestroyOptions) -> PoolDestroyResult:
        store = self._store
        if await store.get_destroy_state(pool_name) is PoolDestroyState.DESTROYED:
            return PoolDestroyResult(pool_name, PoolDestroyState.DESTROYED, 0, 0, False)
        await store.begin_destroy(pool_name, self._owner_id)
        budget = span(options.drain_timeout)
        end = monotonic() + budget
        taken, killed = 0, list[str]()
        try:
            while doomed := await store.doom_idle(pool_name, 0, BATCH):
                taken += len(doomed)
                await self._kill(pool_name, doomed, end, killed)
                if monotonic() >= end:
                    raise PoolDestroyIncompleteException(
                        f"pool {pool_name!r} is not destroyed completely: {taken} idle sandboxes were taken out in {budget:g} s "
                        "and some may still live; call destroy again, with a longer drain_timeout"
                    )
            member = Member(self._owner_id, uuid.uuid4().hex[:12])
            await store.settle(pool_name, member, (), tuple(killed))
        finally:
            await self._config.close_transport_if_owned()
        await store.clear_pool_state(pool_name)
        await store.mark_destroyed(pool_name, self._owner_id, options.tombstone_ttl)
        return PoolDestroyResult(pool_name, PoolDestroyState.DESTROYED, taken, len(killed), True)

    async def _kill(self, pool_name: str, doomed: tuple[str, ...], end: float, killed: list[str]) -> None:
        """Kill these until `end`, and add to `killed` what is gone."""
        left = timedelta(seconds=max(0.001, end - monotonic()))
        # What no longer fits into the time is given up by its request: a thread cannot be called off.
        config = never_closed(self._config).model_copy(
            update={"request_timeout": min(left, self._config.request_timeout)}
        )
        manager = await self._manager_factory(config)

        async def kill(sandbox_id: str) -> None:
            if monotonic() >= end:
                return
            try:
                await manager.kill_sandbox(sandbox_id)
            except SandboxNotFoundException:
                pass
            except Exception as exc:
                logger.warning("sandbox %s of pool %r could not be killed: %s", sandbox_id, pool_name, exc)
                return
            killed.append(sandbox_id)

        try:
            async with async_with_deadline(span(left)):
                await async_gather_bounded(kill, doomed, WORKERS)
        except TimeoutError:
            logger.warning("not all idle sandboxes of pool %r could be killed in time", pool_name)
        finally:
            await manager.close()
