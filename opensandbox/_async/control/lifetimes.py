"""Sandboxes that live as long as a block: created and destroyed by it, or renewed during it."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar

from opensandbox._concurrency.background import (
    async_finish_or_undo,
    async_in_background,
    async_supervised,
    async_undisturbed,
)
from opensandbox._concurrency.pairs import AsyncEvent, AsyncWorker
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import seconds
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxException,
    SandboxGoneException,
    SandboxNotFoundException,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
    from datetime import timedelta
    from types import TracebackType

    from opensandbox._async.sandbox import HealthCheck, Sandbox
    from opensandbox.config import ConnectionConfig
    from opensandbox.models.creation import CreationProgress
    from opensandbox.models.dicts import (
        CredentialProxyConfigDict,
        NetworkPolicyDict,
        PlatformSpecDict,
        SandboxLifecycleDict,
        VolumeDict,
    )
    from opensandbox.models.sandboxes import (
        CredentialProxyConfig,
        NetworkPolicy,
        PlatformSpec,
        SandboxLifecycle,
        Volume,
    )
    from opensandbox.transport.retry import RetryPolicy

    S = TypeVar("S", bound=Sandbox)

logger = logging.getLogger("opensandbox.sandbox")


class CreateOptions(TypedDict, total=False):
    """The keyword arguments of `Sandbox.create`."""

    snapshot_id: str | None
    timeout: timedelta | float | None
    ready_timeout: timedelta | float
    create_timeout: timedelta | float | None
    env: dict[str, str] | None
    metadata: dict[str, str] | None
    resource: dict[str, str] | None
    resource_requests: dict[str, str] | None
    platform: PlatformSpec | PlatformSpecDict | None
    network_policy: NetworkPolicy | NetworkPolicyDict | None
    credential_proxy: CredentialProxyConfig | CredentialProxyConfigDict | None
    extensions: dict[str, str] | None
    secure_access: bool
    entrypoint: list[str] | None
    volumes: Sequence[Volume | VolumeDict] | None
    connection_config: ConnectionConfig | None
    health_check: HealthCheck | None
    health_check_polling_interval: timedelta | float
    skip_health_check: bool
    lifecycle: SandboxLifecycle | SandboxLifecycleDict | None
    retry: RetryPolicy | None
    progress: Callable[[CreationProgress], None] | None


@asynccontextmanager
async def destroyed_at_the_end(
    create: Callable[[], Coroutine[Any, Any, S]], clean_up_seconds: float
) -> AsyncIterator[S]:
    """Yield a sandbox to a block and destroy it afterwards. A cancelled task does not wait: the sandbox is destroyed
    in the background."""

    begun: list[bool] = []  # what ends the sandbox says so

    async def destroy() -> None:
        begun.append(True)
        try:
            await sandbox.destroy()
        except (SandboxNotFoundException, SandboxGoneException):
            logger.debug("sandbox %s had ended before its block", sandbox.id)

    async def discard() -> None:
        begun.append(True)
        await sandbox._remove()

    async def remove(made: S) -> None:
        await made._remove()

    with async_supervised(clean_up_seconds):
        sandbox = await async_undisturbed(create, remove, clean_up_seconds)
        try:
            try:
                yield sandbox
            except Exception:
                # What the block raised is what its caller has to see: a failing end is only logged.
                await async_finish_or_undo(discard, None, clean_up_seconds)
                raise
            await async_finish_or_undo(destroy, None, clean_up_seconds)
        except BaseException:
            if not begun:  # a cancellation, or an exception of a signal handler
                async_in_background(discard, clean_up_seconds)
            raise


@stays_here(CONNECT_THERE)
class KeepAlive:
    """Renews a sandbox during a block. Created by `Sandbox.keep_alive`.

    `failure` is the exception that ended the renewals early, for example because the sandbox is gone; else `None`.
    """

    def __init__(
        self,
        renew: Callable[[timedelta | float], Awaitable[Any]],
        sandbox_id: str,
        timeout: timedelta | float,
        interval: timedelta | float | None,
    ) -> None:
        life = seconds("timeout", timeout, positive=True)
        pause = life / 3 if interval is None else seconds("interval", interval, positive=True)
        if pause >= life:
            raise InvalidArgumentException(
                f"interval must be shorter than timeout ({life:g} s), not {pause:g} s; leave it out for a third of it"
            )
        self.failure: SandboxException | None = None
        self._renew = renew
        self._sandbox_id = sandbox_id
        self._life = life
        self._interval = pause
        self._ended = AsyncEvent()
        self._worker: AsyncWorker | None = None

    async def __aenter__(self) -> Self:
        await self._renew(self._life)
        self._ended = AsyncEvent()
        self._worker = AsyncWorker(self._run, f"opensandbox-keep-alive-{self._sandbox_id}")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._worker is not None:
            # A renewal under way is not broken off; it ends with its request_timeout at the latest.
            await self._worker.join(None)

    async def _run(self) -> None:
        while not await self._ended.wait_for(self._interval):
            try:
                await self._renew(self._life)
            except SandboxApiException as exc:
                if not exc.is_retryable and (exc.status_code or 500) < 500:
                    self.failure = exc
                    logger.warning("sandbox %s is not kept alive any more: %s", self._sandbox_id, exc)
                    return
                logger.warning("renewing sandbox %s failed, and is tried again: %s", self._sandbox_id, exc)
            except SandboxException as exc:
                logger.warning("renewing sandbox %s failed, and is tried again: %s", self._sandbox_id, exc)
