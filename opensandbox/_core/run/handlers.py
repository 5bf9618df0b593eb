"""Which handler of a caller gets which event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from opensandbox.models.execd import (
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    OutputMessage,
)

if TYPE_CHECKING:
    from opensandbox.models import ExecutionHandlers, ExecutionHandlersSync

Handler = Callable[[Any], Any]


def handlers_by_event(handlers: ExecutionHandlers | ExecutionHandlersSync | None) -> dict[object, Handler]:
    """Return the handlers that are set, by `event_key`."""
    if handlers is None:
        return {}
    found: dict[object, Handler | None] = {
        (OutputMessage, False): handlers.on_stdout,
        (OutputMessage, True): handlers.on_stderr,
        ExecutionInit: handlers.on_init,
        ExecutionResult: handlers.on_result,
        ExecutionComplete: handlers.on_execution_complete,
        ExecutionError: handlers.on_error,
    }
    return {key: handler for key, handler in found.items() if handler is not None}


def event_key(event: object) -> object:
    """Return what tells kinds of events apart: standard error has the type of standard output."""
    return (OutputMessage, event.is_error) if isinstance(event, OutputMessage) else type(event)
