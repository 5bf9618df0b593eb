"""OpenTelemetry as a program sets it up, with everything kept in memory. There is one setup to a process."""

from __future__ import annotations

from functools import cache
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Recording:
    """What was recorded since the last `clear`."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        trace.set_tracer_provider(tracers)
        metrics.set_meter_provider(MeterProvider(metric_readers=[self._reader]))
        self._counted: dict[str, int] = {}

    def spans(self) -> list[ReadableSpan]:
        """Return the finished spans of the package."""
        return [
            span
            for span in self._spans.get_finished_spans()
            if span.instrumentation_scope is not None and span.instrumentation_scope.name == "opensandbox"
        ]

    def counts(self) -> dict[str, int]:
        """Return how many values each histogram has got, and how far each counter has gone."""
        totals = self._totals()
        return {
            name: total - self._counted.get(name, 0)
            for name, total in totals.items()
            if total != self._counted.get(name, 0)
        }

    def clear(self) -> None:
        """Begin anew."""
        self._spans.clear()
        self._counted = self._totals()

    def _totals(self) -> dict[str, int]:
        data: Any = self._reader.get_metrics_data()
        if data is None:
            return {}
        return {
            metric.name: sum(getattr(point, "count", 0) or point.value for point in metric.data.data_points)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@cache
def recording() -> Recording:
    """Return the one recording of this process."""
    return Recording()
