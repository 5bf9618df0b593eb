"""Kept for programs written for 1.1.1: events to an execution and its handlers."""

from opensandbox._sync.run.dispatch import ExecutionEventDispatcherSync

__all__ = ["ExecutionEventDispatcherSync"]
