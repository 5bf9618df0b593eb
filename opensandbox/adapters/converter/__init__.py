"""For companions of the published package, see `opensandbox.adapters`: answers, events and errors."""

from opensandbox.adapters.converter.metrics_model_converter import MetricsModelConverter

__all__ = ["MetricsModelConverter"]
