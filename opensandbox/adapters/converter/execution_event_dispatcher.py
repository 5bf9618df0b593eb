"""For companions of the published package, see `opensandbox.adapters`: events to an execution and its handlers."""

from opensandbox._async.run.dispatch import ExecutionEventDispatcher

__all__ = ["ExecutionEventDispatcher"]
