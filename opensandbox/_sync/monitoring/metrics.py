# Generated from opensandbox/_async/monitoring/metrics.py by scripts/unasync.py. Do not edit.
"""Metrics: how much of its processor and memory a sandbox uses, once or continuously."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Self

import httpx

from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import seconds, span
from opensandbox._sync.published.attributes import ServiceAttributes
from opensandbox.exceptions import (
    IncompleteStreamException,
    MalformedEventException,
    SampleFailedException,
    SandboxConnectionException,
    SandboxException,
    SandboxTimeoutException,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import timedelta
    from types import TracebackType

    from opensandbox._core.convert.metrics import Sample
    from opensandbox._sync.calls.http import Connection
    from opensandbox.models.sandboxes import SandboxMetrics


@stays_here(CONNECT_THERE)
class MetricsService(ServiceAttributes):
    """Usage of one sandbox."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Callable[[], Connection], client: Callable[[], httpx.Client]) -> None:
        super().__init__(client)
        self._connection = connection

    def get_metrics(self, sandbox_id: str) -> SandboxMetrics:
        """Return one sample; it takes about a second, the time over which processor use is measured."""
        from opensandbox_api.execd.api.metric import get_metrics

        from opensandbox._core.convert import metrics as convert

        connection = self._connection()
        with connection.exchange() as client:
            answer = get_metrics.sync_detailed(client=client)
            return convert.sample(answer.result())

    def watch(self, *, interval: timedelta | float | None = None) -> MetricsStreamSync:
        """Return a context manager that yields samples until the block is left; see `MetricsStreamSync`.

        The server takes one every second or two. With `interval` samples that come sooner after the last one are
        left out.

            with sandbox.metrics.watch() as samples:
                for sample in samples:
                    print(sample.cpu_used_percentage)
        """
        return MetricsStreamSync(self._connection, 0.0 if interval is None else seconds("interval", interval))


@stays_here(CONNECT_THERE)
class MetricsStreamSync:
    """Usage of a sandbox as it changes; made by `metrics.watch`. Leaving the block ends it.

    A sample that the sandbox could not take raises `SampleFailedException`, and the stream goes on: iterate again.
    It has no end of its own, so one that ends (`IncompleteStreamException`) or is silent for the `request_timeout` of
    the connection config (`SandboxTimeoutException`) was lost, most often because the sandbox is gone.
    """

    def __init__(self, connection: Callable[[], Connection], interval: float) -> None:
        from opensandbox._core.convert.metrics import SampleDecoder

        self._connection = connection
        self._interval = interval * 1000
        self._decoder = SampleDecoder()
        self._waiting: deque[Sample] = deque()
        self._context: AbstractContextManager[httpx.Response] | None = None
        self._chunks: Any = None
        self._last: int | None = None

    def __enter__(self) -> Self:
        from opensandbox_api.execd.api.metric import watch_metrics

        if self._context is not None:
            raise SandboxException("a stream of samples is used once: each is a call of metrics.watch()")
        connection = self._connection()
        silence = span(connection.http.config.request_timeout)
        context = connection.stream(**watch_metrics.request_of(), idle_timeout=silence)
        response = context.__enter__()
        self._context = context
        self._decoder.event_bytes = connection.http.config.answer_limits.event_bytes
        self._chunks = response.iter_bytes()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SandboxMetrics:
        from opensandbox._core.convert.metrics import FailedSample, UnreadableSample

        while True:
            while not self._waiting:
                self._waiting.extend(self._decoder.feed(self._next_chunk()))
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

    def _next_chunk(self) -> bytes:
        if self._chunks is None:
            raise SandboxException("enter the stream first: `with metrics.watch() as samples:`")
        try:
            chunk: bytes = next(self._chunks, b"")
        except httpx.HTTPError as broken:
            raise self._lost(broken) from broken
        if not chunk:
            raise IncompleteStreamException(
                "the server ended the stream of samples; is the sandbox still there?"
            )
        return chunk

    def _lost(self, broken: httpx.HTTPError) -> SandboxException:
        context = self._context
        assert context is not None
        try:
            context.__exit__(type(broken), broken, broken.__traceback__)
        except SandboxTimeoutException as failure:
            return failure
        except SandboxException as failure:
            return IncompleteStreamException(f"the stream of samples broke off: {failure.args[0]}", failure)
        return SandboxConnectionException(str(broken), broken)

    def _close(self) -> None:
        if self._context is not None:
            self._context.__exit__(None, None, None)
