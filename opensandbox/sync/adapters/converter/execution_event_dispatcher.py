"""For companions of the published package, see `opensandbox.adapters`: events to an execution and its handlers."""

from opensandbox._sync.run.dispatch import ExecutionEventDispatcherSync

__all__ = ["ExecutionEventDispatcherSync"]
