"""Metrics: how much of its processor and memory a sandbox uses, once or continuously."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Self

import httpx

from opensandbox._async.published.attributes import ServiceAttributes
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import seconds, span
from opensandbox.exceptions import (
    IncompleteStreamException,
    MalformedEventException,
    SampleFailedException,
    SandboxConnectionException,
    SandboxException,
    SandboxTimeoutException,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import timedelta
    from types import TracebackType

    from opensandbox._async.calls.http import Connection
    from opensandbox._core.convert.metrics import Sample
    from opensandbox.models.sandboxes import SandboxMetrics


@stays_here(CONNECT_THERE)
class MetricsService(ServiceAttributes):
    """Usage of one sandbox."""

    __slots__ = ("_connection",)

    def __init__(
        self, connection: Callable[[], Awaitable[Connection]], client: Callable[[], httpx.AsyncClient]
    ) -> None:
        super().__init__(client)
        self._connection = connection

    async def get_metrics(self, sandbox_id: str) -> SandboxMetrics:
        """Return one sample; it takes about a second, the time over which processor use is measured."""
        from opensandbox_api.execd.api.metric import get_metrics

        from opensandbox._core.convert import metrics as convert

        connection = await self._connection()
        with connection.exchange() as client:
            answer = await get_metrics.asyncio_detailed(client=client)
            return convert.sample(answer.result())

    def watch(self, *, interval: timedelta | float | None = None) -> MetricsStream:
        """Return a context manager that yields samples until the block is left; see `MetricsStream`.

        The server takes one every second or two. With `interval` samples that come sooner after the last one are
        left out.

            async with sandbox.metrics.watch() as samples:
                async for sample in samples:
                    print(sample.cpu_used_percentage)
        """
        return MetricsStream(self._connection, 0.0 if interval is None else seconds("interval", interval))


@stays_here(CONNECT_THERE)
class MetricsStream:
    """Usage of a sandbox as it changes; made by `metrics.watch`. Leaving the block ends it.

    A sample that the sandbox could not take raises `SampleFailedException`, and the stream goes on: iterate again.
    It has no end of its own, so one that ends (`IncompleteStreamException`) or is silent for the `request_timeout` of
    the connection config (`SandboxTimeoutException`) was lost, most often because the sandbox is gone.
    """

    def __init__(self, connection: Callable[[], Awaitable[Connection]], interval: float) -> None:
        from opensandbox._core.convert.metrics import SampleDecoder

        self._connection = connection
        self._interval = interval * 1000
        self._decoder = SampleDecoder()
        self._waiting: deque[Sample] = deque()
        self._context: AbstractAsyncContextManager[httpx.Response] | None = None
        self._chunks: Any = None
        self._last: int | None = None

    async def __aenter__(self) -> Self:
        from opensandbox_api.execd.api.metric import watch_metrics

        if self._context is not None:
            raise SandboxException("a stream of samples is used once: each is a call of metrics.watch()")
        connection = await self._connection()
        silence = span(connection.http.config.request_timeout)
        context = connection.stream(**watch_metrics.request_of(), idle_timeout=silence)
        response = await context.__aenter__()
        self._context = context
        self._decoder.event_bytes = connection.http.config.answer_limits.event_bytes
        self._chunks = response.aiter_bytes()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SandboxMetrics:
        from opensandbox._core.convert.metrics import FailedSample, UnreadableSample

        while True:
            while not self._waiting:
                self._waiting.extend(self._decoder.feed(await self._next_chunk()))
            sample = self._waiting.popleft()
            if isinstance(sample, FailedSample):
                raise SampleFailedException(
                    f"the sandbox could not take a sample: {sample.reason}; "
                    "the stream goes on: ask it for the next one"
                )
            if isinstance(sample, UnreadableSample):
                raise MalformedEventException(
                    f"GET /metrics/watch brought something that is no sample: {sample.reason}",
                    received=sample.received,
                )
            if self._last is None or sample.timestamp - self._last >= self._interval:
                self._last = sample.timestamp
                return sample

    async def _next_chunk(self) -> bytes:
        if self._chunks is None:
            raise SandboxException("enter the stream first: `async with metrics.watch() as samples:`")
        try:
            chunk: bytes = await anext(self._chunks, b"")
        except httpx.HTTPError as broken:
            raise await self._lost(broken) from broken
        if not chunk:
            raise IncompleteStreamException(
                "the server ended the stream of samples; is the sandbox still there?"
            )
        return chunk

    async def _lost(self, broken: httpx.HTTPError) -> SandboxException:
        context = self._context
        assert context is not None
        try:
            await context.__aexit__(type(broken), broken, broken.__traceback__)
        except SandboxTimeoutException as failure:
            return failure
        except SandboxException as failure:
            return IncompleteStreamException(f"the stream of samples broke off: {failure.args[0]}", failure)
        return SandboxConnectionException(str(broken), broken)

    async def _close(self) -> None:
        if self._context is not None:
            await self._context.__aexit__(None, None, None)
