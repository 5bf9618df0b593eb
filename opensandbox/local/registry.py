"""The sandboxes of one server: creation, state changes, expiry and the end.

Everything here runs on one event loop. A record leaves the registry before its box is killed, so whoever asks during
the clean-up gets the same 404 as afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opensandbox.local.egress.sandbox import SandboxEgress
from opensandbox.local.errors import ApiError, invalid, sandbox_not_found
from opensandbox.local.hooks import HookClock
from opensandbox.local.idle import IdleWatch
from opensandbox.local.images.errors import ImageError
from opensandbox.local.record import (
    FAILED,
    PAUSED,
    PAUSING,
    PENDING,
    RESUMING,
    RUNNING,
    STOPPING,
    TERMINATED,
    SandboxRecord,
    now,
)
from opensandbox.local.runtime import BoxSpec, LaunchFailed, QueueFull

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from opensandbox.local.api.create_request import LaunchPlan
    from opensandbox.local.egress.gateway import Gateway
    from opensandbox.local.runtime import Box, Runtime
    from opensandbox.local.volumes import Mounts, Volumes

logger = logging.getLogger("opensandbox.local")

# The wall clock may jump and the machine may sleep, while timers count running time: look again at least this often.
_LONGEST_TIMER = 30.0
_KEPT_LOG = 64 * 1024
_PULLING = "IMAGE_PULLING"
_ASLEEP = (PAUSING, PAUSED, RESUMING)
# Seconds for which a request is held while its sandbox wakes.
_WAKE_PATIENCE = 5.0


class Registry:
    """All sandboxes by id. `close` ends every one of them.

    `pause_after` replaces the idle time of every policy that has one.
    """

    def __init__(
        self, runtime: Runtime, volumes: Volumes, gateway: Gateway, *, pause_after: float | None = None
    ) -> None:
        self._runtime = runtime
        self._volumes = volumes
        self._gateway = gateway
        self._records: dict[str, SandboxRecord] = {}
        self._mounts: dict[str, Mounts] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._launches: dict[str, asyncio.Future[Box]] = {}
        self._clocks: dict[str, HookClock] = {}
        self._pause_after = pause_after
        self._idle: dict[str, IdleWatch] = {}
        self._wakes: dict[str, asyncio.Task[None]] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._records)

    def get(self, sandbox_id: str) -> SandboxRecord:
        """The sandbox with this id, or 404."""
        record = self._records.get(sandbox_id)
        if record is None:
            raise sandbox_not_found(sandbox_id)
        return record

    def newest_first(self) -> list[SandboxRecord]:
        """All sandboxes, the youngest first."""
        # Sorted upwards and then turned round: of two with the same instant, the later one is the younger.
        return sorted(self._records.values(), key=lambda record: record.created_at)[::-1]

    def layers_in_use(self) -> set[Path]:
        """The snapshot and template layers that some sandbox stands on."""
        return {layer for record in self._records.values() for layer in record.layers}

    async def create(self, plan: LaunchPlan) -> SandboxRecord:
        """Start a sandbox; returns when it runs. Nothing is left of one that cannot start, or whose caller is cancelled."""
        record = _record(plan)
        record.egress = SandboxEgress(
            self._gateway,
            plan.policy,
            sandbox_id=record.id,
            interception=plan.credential_proxy,
            scoped=plan.scoped_credentials,
            demands_tls=plan.credentials_over_tls,
        )
        self._records[record.id] = record
        try:
            launch = self._launches[record.id] = asyncio.ensure_future(self._launch(record, plan))
            # A deletion breaks the launch off: a hook before the main program may take hours.
            await asyncio.wait({launch})
            if launch.cancelled() or record.id not in self._records:
                raise ApiError(
                    409, "DOCKER::SANDBOX_START_FAILED", f"sandbox {record.id} was deleted while it started"
                )
            box = record.box = launch.result()
        except BaseException:
            await self._remove(record)
            raise
        del self._launches[record.id]
        _begin_life(record, plan.lifetime)
        record.note("Users", box.about_users)
        for remark in box.notes:
            record.note("Limits", remark)
        record.enter(RUNNING, "CONTAINER_RUNNING", plan.message)
        self._arm(record)
        self._clocks[record.id] = HookClock(plan.hooks, record, box)
        self._watchers[record.id] = asyncio.create_task(self._watch(record, box))
        if record.idle is not None and record.idle.idle_timeout_seconds is not None:
            limit = self._pause_after or float(record.idle.idle_timeout_seconds)
            self._idle[record.id] = IdleWatch(
                record, limit, record.idle.active_probe, lambda: self.pause(record.id)
            )
        return record

    async def delete(self, sandbox_id: str, reason: str = "user_delete") -> None:
        """End a sandbox in whatever state it is; returns when nothing of it is left."""
        record = self.get(sandbox_id)
        record.enter(STOPPING, reason)
        await self._remove(record)
        record.enter(TERMINATED, reason)

    async def pause(self, sandbox_id: str) -> None:
        """Freeze a running sandbox; 409 in any other state."""
        record = self.get(sandbox_id)
        if record.state != RUNNING:
            raise ApiError(
                409,
                "DOCKER::SANDBOX_NOT_RUNNING",
                f"sandbox {sandbox_id} is {record.state}; only a Running one is paused",
            )
        await self._transition(
            record, PAUSING, PAUSED, _box(record).pause, "CONTAINER_PAUSED", "DOCKER::SANDBOX_PAUSE_FAILED"
        )

    async def resume(self, sandbox_id: str) -> None:
        """Let a paused sandbox go on; 409 in any other state."""
        record = self.get(sandbox_id)
        if record.state != PAUSED:
            raise ApiError(
                409,
                "DOCKER::SANDBOX_NOT_PAUSED",
                f"sandbox {sandbox_id} is {record.state}; only a Paused one is resumed",
            )
        await self._transition(
            record,
            RESUMING,
            RUNNING,
            _box(record).resume,
            "CONTAINER_RUNNING",
            "DOCKER::SANDBOX_RESUME_FAILED",
        )
        if watch := self._idle.get(sandbox_id):
            watch.used()

    async def wake(self, record: SandboxRecord) -> None:
        """Return once a paused sandbox runs, where its idle policy lets access wake it; at once in any other state.

        Raises 404 when it is deleted meanwhile. Raises 503 with a mark when it takes too long: the request may be sent again. Raises
        503 without a mark when only `resume` would wake it.
        """
        if record.idle is None or record.state not in _ASLEEP:
            return
        if not record.idle.wake_on_access:
            raise ApiError(
                503,
                "SANDBOX::PAUSED",
                f"sandbox {record.id} is {record.state}, and its idle policy says that access does not wake it; resume it",
            )
        wake = self._wakes.get(record.id)
        if wake is None:
            wake = self._wakes[record.id] = asyncio.create_task(self._wake(record))
            wake.add_done_callback(lambda _: self._wakes.pop(record.id, None))
        gone = asyncio.create_task(self._gone(record))
        try:
            await asyncio.wait({wake, gone}, timeout=_WAKE_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        self.get(record.id)
        if not wake.done() or record.state in _ASLEEP:
            raise ApiError(
                503,
                "SANDBOX::WAKE_TIMEOUT",
                f"sandbox {record.id} is still being woken; nothing was sent on to it, so send the request again",
                headers={"OpenSandbox-Wake": "expired", "Retry-After": "1"},
            )

    async def _wake(self, record: SandboxRecord) -> None:
        while record.state in (PAUSING, RESUMING):
            await record.changed.wait()
        if record.state == PAUSED:
            with contextlib.suppress(ApiError):  # whoever waits sees that it sleeps on
                await self.resume(record.id)

    async def _gone(self, record: SandboxRecord) -> None:
        while record.id in self._records:
            await record.changed.wait()

    def renew(self, sandbox_id: str, moment: datetime) -> SandboxRecord:
        """Set the instant of expiry, earlier or later than the present one but in the future."""
        record = self.get(sandbox_id)
        if record.expires_at is None:
            raise ApiError(
                409,
                "DOCKER::INVALID_EXPIRATION",
                f"sandbox {sandbox_id} never expires, so there is nothing to renew; delete it when it is done",
            )
        if moment <= now():
            raise invalid(
                f"expiresAt {moment.isoformat()} is not in the future", "DOCKER::INVALID_EXPIRATION"
            )
        record.expires_at = moment
        record.note("Renewed", f"expires at {moment.isoformat()}")
        self._arm(record)
        return record

    def used(self, record: SandboxRecord, *, renews: bool = True) -> None:
        """Note an access: the idle time begins anew, and the expiry is extended where the sandbox was created so."""
        if watch := self._idle.get(record.id):
            watch.used()
        if renews:
            self._extend(record)

    def answering(self, sandbox_id: str) -> AbstractContextManager[Callable[[], None]]:
        """Take a sandbox for used until the function that is lent is called: when the answer to a request begins."""
        watch = self._idle.get(sandbox_id)
        return contextlib.nullcontext(lambda: None) if watch is None else watch.answering()

    def _extend(self, record: SandboxRecord) -> None:
        if record.renew_on_access is None or record.expires_at is None or record.id not in self._records:
            return
        moment = now() + timedelta(seconds=record.renew_on_access)
        if moment > record.expires_at:
            record.expires_at = moment

    async def close(self) -> None:
        """End every sandbox; errors are logged, not raised."""
        ends = [self.delete(sandbox_id, "server_stopped") for sandbox_id in list(self._records)]
        for outcome in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(outcome, BaseException):
                logger.error("a sandbox could not be ended: %s", outcome)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _launch(self, record: SandboxRecord, plan: LaunchPlan) -> Box:
        if plan.obtain is not None:
            record.image_root = await plan.obtain(lambda progress: _pulling(record, progress))
        trust = await self._gateway.trusted(interception=plan.credential_proxy)
        mounts = self._mounts[record.id] = self._volumes.resolve(plan.volumes)
        spec = BoxSpec(
            entrypoint=plan.entrypoint,
            env=plan.env,
            image_root=record.image_root,
            layers=plan.layers,
            mounts=mounts.mounts,
            pre_start=plan.hooks.pre_start.question() if plan.hooks.pre_start else None,
            egress=record.egress.serve if record.egress else None,
            trust=trust,
            cpu=plan.limits.cpu,
            memory=plan.limits.memory,
            pids=plan.limits.pids,
        )
        try:
            return await self._runtime.launch(record.id, spec)
        except ValueError as error:
            raise invalid(str(error)) from error
        except QueueFull as error:
            wait = {"Retry-After": f"{error.retry_after:.0f}"}
            raise ApiError(503, "SANDBOX::START_QUEUE_FULL", str(error), headers=wait) from error
        except (LaunchFailed, ImageError, OSError) as error:
            logger.warning("sandbox %s could not be started: %s", record.id, error)
            raise ApiError(500, "DOCKER::SANDBOX_START_FAILED", str(error)) from error
        finally:
            mounts.close()

    async def _transition(
        self,
        record: SandboxRecord,
        through: str,
        to: str,
        act: Callable[[], Awaitable[None]],
        reason: str,
        failure: str,
    ) -> None:
        before, before_reason, message = record.state, record.reason or "", record.message
        record.enter(through, reason)
        # Connections that idled while time stood still may be dead on the other side.
        await _close_upstreams(record)
        try:
            await act()
        except Exception as error:
            if record.state == through:
                record.enter(before, before_reason, message)
            raise ApiError(500, failure, f"sandbox {record.id}: {error}") from error
        if record.state == through:
            record.enter(to, reason, message)

    async def _remove(self, record: SandboxRecord) -> None:
        self._records.pop(record.id, None)
        if timer := self._timers.pop(record.id, None):
            timer.cancel()
        if watcher := self._watchers.pop(record.id, None):
            watcher.cancel()
        await self._leave_alone(record)
        if launch := self._launches.pop(record.id, None):
            launch.cancel()
            if not record.box:
                (outcome,) = await asyncio.gather(launch, return_exceptions=True)
                record.box = None if isinstance(outcome, BaseException) else outcome
        if record.egress is not None:
            await record.egress.close()
        if record.box is not None:
            await record.box.kill()
        await _close_upstreams(record)
        if mounts := self._mounts.pop(record.id, None):
            mounts.remove_temporary()

    async def _leave_alone(self, record: SandboxRecord) -> None:
        """Do nothing more to a sandbox by the clock."""
        for watch in (self._clocks.pop(record.id, None), self._idle.pop(record.id, None)):
            if watch is not None:
                await watch.stop()

    def _arm(self, record: SandboxRecord) -> None:
        if timer := self._timers.pop(record.id, None):
            timer.cancel()
        if record.expires_at is None:
            return
        left = (record.expires_at - now()).total_seconds()
        loop = asyncio.get_running_loop()
        self._timers[record.id] = loop.call_later(
            min(max(left, 0.0), _LONGEST_TIMER), self._timer_rang, record
        )

    def _timer_rang(self, record: SandboxRecord) -> None:
        if record.expires_at is not None and record.expires_at > now():
            self._arm(record)
        elif record.id in self._records:
            self._spawn(self._expire(record.id))

    async def _expire(self, sandbox_id: str) -> None:
        with contextlib.suppress(ApiError):
            await self.delete(sandbox_id, "ttl_expiry")

    async def _watch(self, record: SandboxRecord, box: Box) -> None:
        """A sandbox lives as long as its main program, like a container."""
        try:
            end = await box.entrypoint_ended()
        except ConnectionError:
            status = await box.wait()
            state, reason, message = (
                FAILED,
                "runtime_error",
                f"the sandbox ended by itself with status {status}",
            )
        else:
            record.last_log = box.entrypoint_log(_KEPT_LOG)
            state, reason, message = _main_ended(end, record.last_log)
        if record.id in self._records:
            record.enter(state, reason, message)
            await self._leave_alone(record)
            await _close_upstreams(record)
            if record.egress is not None:
                await record.egress.close()
            await box.kill()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _record(plan: LaunchPlan) -> SandboxRecord:
    # Template-backed sandboxes are told apart by the form of their identifier.
    prefix = "fsb-" if plan.template_id else ""
    record = SandboxRecord(
        id=prefix + str(uuid.uuid4()),
        entrypoint=plan.entrypoint,
        image=plan.image,
        snapshot_id=plan.snapshot_id,
        template_id=plan.template_id,
        platform=plan.platform,
        metadata=dict(plan.metadata),
        extensions=dict(plan.extensions),
        renew_on_access=plan.renew_on_access,
        idle=plan.idle,
        secure_token=secrets.token_hex(24) if plan.secure_access else None,
        image_root=plan.image_root,
        layers=plan.layers,
    )
    if plan.lifetime is not None:
        record.expires_at = record.created_at + plan.lifetime
    record.note("Created", "request accepted")
    return record


def _pulling(record: SandboxRecord, progress: str) -> None:
    if record.reason != _PULLING:
        record.enter(PENDING, _PULLING)
    record.message = progress


def _begin_life(record: SandboxRecord, lifetime: timedelta | None) -> None:
    """Let the time of a sandbox begin when it runs: it may have waited long for its start."""
    if (
        lifetime is not None and record.expires_at == record.created_at + lifetime
    ):  # else it was renewed meanwhile
        record.created_at = now()
        record.expires_at = record.created_at + lifetime


def _box(record: SandboxRecord) -> Box:
    if record.box is None:
        raise RuntimeError(f"sandbox {record.id} has no box in state {record.state}")
    return record.box


def _main_ended(end: dict[str, object], log: bytes) -> tuple[str, str, str]:
    """State, reason and message of a sandbox whose main program has ended."""
    if end.get("exit_code") == 0:
        return TERMINATED, "CONTAINER_EXITED", "the main program has ended; start one that keeps running"
    how = f"signal {end['signal']}" if "signal" in end else f"exit status {end.get('exit_code')}"
    if end.get("out_of_memory"):
        how += ": the memory limit of the sandbox was reached"
    lines = log.decode("utf-8", "replace").strip().splitlines()
    said = f"; it printed last: {lines[-1][:200]}" if lines else ""
    return FAILED, "CONTAINER_EXITED_ERROR", f"the main program ended with {how}{said}"


async def _close_upstreams(record: SandboxRecord) -> None:
    upstreams, record.upstreams = list(record.upstreams.values()), {}
    for upstream in upstreams:
        await upstream.close()
