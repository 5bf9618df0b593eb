"""Kept for programs written for 1.1.1: events to an execution and its handlers."""

from opensandbox._async.run.dispatch import ExecutionEventDispatcher

__all__ = ["ExecutionEventDispatcher"]
