"""Kept for programs written for 1.1.1: answers, events and errors."""

from opensandbox.adapters.converter.metrics_model_converter import MetricsModelConverter

__all__ = ["MetricsModelConverter"]
