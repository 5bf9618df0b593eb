"""OpenTelemetry spans and metrics for calls, streams and pools.

`ConnectionConfig(enable_tracing=True)` switches them on, and the extra `otel` brings the API. Otherwise nothing is
recorded. The program sets up OpenTelemetry's SDK and its exporters; this package uses the API only and sends nothing.
Both twins have an `_instruments`, and share the same ones: OpenTelemetry returns what was made under that name before.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opensandbox._concurrency.pairs import monotonic
from opensandbox._core.net.addresses import REQUEST_ID_HEADER, operation_path
from opensandbox._version import __version__

if TYPE_CHECKING:
    from types import TracebackType

    import httpx


class Observation:
    """Records one call or stream. This one, for tracing that is off, records nothing."""

    __slots__ = ()

    def __enter__(self) -> Observation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def answered(self, response: httpx.Response) -> None:
        """Record the status and request id of the response."""


NOTHING = Observation()


def observe(enabled: bool, what: str, method: str, url: str) -> Observation:
    """Return the observation of one exchange; `what` is `request` or `stream`."""
    if not enabled:
        return NOTHING
    instruments = _instruments()
    return NOTHING if instruments is None else _Recorded(instruments, what, method, url)


class _Instruments:
    def __init__(self, trace: Any, metrics: Any) -> None:
        meter = metrics.get_meter("opensandbox", __version__)
        self.tracer = trace.get_tracer("opensandbox", __version__)
        self.client_kind = trace.SpanKind.CLIENT
        self.error = trace.StatusCode.ERROR
        self.durations = {
            what: meter.create_histogram(
                f"opensandbox.client.{what}.duration",
                unit="s",
                description=f"How long a {what} took, retries included.",
            )
            for what in ("request", "stream")
        }
        self.pool_events = meter.create_counter(
            "opensandbox.pool.events", description="Events of pools, by the names of their counters."
        )
        self.pool_durations = meter.create_histogram(
            "opensandbox.pool.duration", unit="s", description="How long acquires, takes and warm-ups took."
        )


@lru_cache(maxsize=1)
def _instruments() -> _Instruments | None:
    try:
        from opentelemetry import metrics, trace
    except ImportError:
        return None
    return _Instruments(trace, metrics)


class PoolMeter:
    """Records a pool's counts and durations, by the names that its statistics have."""

    def __init__(self, instruments: _Instruments, pool_name: str) -> None:
        self._instruments = instruments
        self._pool_name = pool_name

    def count(self, name: str, by: int) -> None:
        """Count an event."""
        attributes = {"opensandbox.pool.name": self._pool_name, "opensandbox.pool.event": name}
        self._instruments.pool_events.add(by, attributes)

    def took(self, name: str, seconds: float) -> None:
        """Record a duration."""
        attributes = {"opensandbox.pool.name": self._pool_name, "opensandbox.pool.step": name}
        self._instruments.pool_durations.record(seconds, attributes)


def pool_meter(enabled: bool, pool_name: str) -> PoolMeter | None:
    """Return the meter of one pool; `None` if tracing is off or OpenTelemetry is not installed."""
    instruments = _instruments() if enabled else None
    return None if instruments is None else PoolMeter(instruments, pool_name)


class _Recorded(Observation):
    __slots__ = ("_attributes", "_began", "_instruments", "_scope", "_span", "_what")

    def __init__(self, instruments: _Instruments, what: str, method: str, url: str) -> None:
        parts = urlsplit(url)
        self._instruments = instruments
        self._what = what
        self._attributes: dict[str, Any] = {
            "http.request.method": method.upper(),
            "url.template": operation_path(parts.path),
            "server.address": parts.hostname or "",
        }
        if parts.port is not None:
            self._attributes["server.port"] = parts.port
        name = f"{method.upper()} {self._attributes['url.template']}"
        self._span = instruments.tracer.start_span(
            name, kind=instruments.client_kind, attributes={**self._attributes, "url.path": parts.path}
        )
        self._began = monotonic()

    def answered(self, response: httpx.Response) -> None:
        self._attributes["http.response.status_code"] = response.status_code
        self._span.set_attribute("http.response.status_code", response.status_code)
        request_id = response.headers.get(REQUEST_ID_HEADER)
        if request_id:
            self._span.set_attribute("opensandbox.request_id", request_id)

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and failure is not None and kind is not GeneratorExit:
            self._attributes["error.type"] = kind.__name__
            status = getattr(failure, "status_code", None)
            if isinstance(status, int):
                self._attributes["http.response.status_code"] = status
                self._span.set_attribute("http.response.status_code", status)
            self._span.set_attribute("error.type", kind.__name__)
            self._span.set_status(self._instruments.error, str(failure))
        self._span.end()
        self._instruments.durations[self._what].record(monotonic() - self._began, self._attributes)
