"""The workers behind a pool: one does what the plan says, one listens for wake-ups; warm-ups and kills get workers of their own."""

from __future__ import annotations

import logging
import math
from functools import partial
from typing import TYPE_CHECKING, Final

from opensandbox._async.pool.creation import WarmUp
from opensandbox._concurrency.pairs import monotonic
from opensandbox._core.pool.messages import REFILL
from opensandbox.exceptions import (
    PoolDestroyedException,
    PoolStateStoreUnavailableException,
)

if TYPE_CHECKING:
    from opensandbox._async.pool.run import PoolRun
    from opensandbox._core.pool.messages import Beat

logger = logging.getLogger("opensandbox.pool")

LISTEN_SECONDS: Final = 10.0
LISTEN_PAUSE: Final = 0.5
"""Seconds before a store that could not be reached is listened to again."""
TRIM_LIMIT: Final = 64


class Reconciler:
    """Keeps one pool as its plan says. It ends when the run is stopping."""

    def __init__(self, run: PoolRun) -> None:
        self._run = run

    def start(self) -> None:
        """Start the two workers."""
        self._run.begin(self._reconcile, "reconciler")
        self._run.begin(self._listen, "listener")

    async def _reconcile(self) -> None:
        run = self._run
        while not run.stopping.is_set():
            with run.lock:
                step = run.plan.next(monotonic())
                epoch = run.plan.epoch
            if step.beat is not None:
                await self._beat(step.beat)
                continue
            if step.trim_to is not None:
                await self._trim(step.trim_to)
            for condemned in step.kills:
                run.begin(partial(run.kill, condemned.sandbox_id), "kill")
            if step.warmup:
                run.begin(WarmUp(run, epoch or 0).go, "warm-up")
            if step.trim_to is not None:
                continue
            await run.wake.wait_for(None if math.isinf(step.wait) else step.wait)
            run.wake.clear()

    async def _beat(self, beat: Beat) -> None:
        run = self._run
        try:
            pulse = await run.store.beat(run.name, beat)
        except PoolDestroyedException:
            with run.changing_plan() as plan:
                plan.draining = run.destroyed = True
                plan.beat_failed(monotonic(), run.chance())
            run.wake_waiters()
        except Exception as exc:
            if not isinstance(exc, PoolStateStoreUnavailableException):
                logger.warning("a beat of pool %r failed", run.name, exc_info=True)
            with run.lock:
                run.plan.beat_failed(monotonic(), run.chance())
                run.statistics.count("store_failures")
        else:
            with run.changing() as plan:
                plan.pulse(pulse, monotonic())
            if run.listens():
                run.listening.set()
            await self._give_up_abandoned()
            # Wake-ups can get lost together with a store; who queues looks again with every beat.
            if pulse.idle:
                run.wake_first_waiters(pulse.idle)

    async def _give_up_abandoned(self) -> None:
        run = self._run
        with run.lock:
            tokens = list(run.abandoned)
        for token in tokens:
            try:
                await run.store.cancel_wait(run.name, run.member, token)
            except PoolStateStoreUnavailableException:
                return
            with run.lock:
                run.abandoned[token] -= 1
                if run.abandoned[token] == 0:
                    del run.abandoned[token]

    async def _trim(self, keep: int) -> None:
        run = self._run
        gone: tuple[str, ...] = ()
        try:
            gone = await run.store.doom_idle(run.name, keep, TRIM_LIMIT)
        except PoolStateStoreUnavailableException:
            run.count("store_failures")
        finally:
            with run.changing_plan() as plan:
                plan.trimmed(gone)
                plan.poke()

    async def _listen(self) -> None:
        run = self._run
        while not run.stopping.is_set():
            if not run.listens():
                await run.listening.wait_for(None)
                run.listening.clear()
                continue
            try:
                messages = await run.store.listen(run.name, run.member, LISTEN_SECONDS)
            except Exception as exc:
                if not isinstance(exc, PoolStateStoreUnavailableException):
                    logger.warning("listening for pool %r failed", run.name, exc_info=True)
                await run.stopping.wait_for(LISTEN_PAUSE)
                continue
            tokens = tuple(message for message in messages if message != REFILL)
            run.wake_waiters(tokens)
            if len(tokens) < len(messages):
                with run.changing_plan() as plan:
                    plan.poke()
