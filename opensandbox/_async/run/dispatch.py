"""Events that somebody else reads from a stream, one by one, into an `Execution` and to its handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._async.run.streams import recorder_for
from opensandbox._core.run.events import read_event
from opensandbox._core.run.handlers import event_key, handlers_by_event

if TYPE_CHECKING:
    from pydantic import BaseModel

    from opensandbox.models import ExecutionHandlers
    from opensandbox.models.execd import Execution


class ExecutionEventDispatcher:
    """Fills `execution` and calls `handlers`, as a run of the SDK does, for programs that read the stream themselves.

    Example::

        dispatcher = ExecutionEventDispatcher(execution, handlers)
        await dispatcher.dispatch(EventNode(type="stdout", text="hello", timestamp=0))
    """

    def __init__(self, execution: Execution, handlers: ExecutionHandlers | None = None) -> None:
        self._recorder = recorder_for(handlers, execution=execution)
        self._by_event = handlers_by_event(handlers)

    async def dispatch(self, event_node: BaseModel) -> None:
        """Take note of one event and tell it to its handler; kinds that are not known are left out.

        Raises what the handler raises, and `ValueError`, `TypeError` or `KeyError` when it is no event.
        """
        event = read_event(event_node.model_dump(exclude_unset=True))
        if event is None:
            return
        self._recorder.add([event])
        if self._recorder.ended:
            self._recorder.finish()
        handler = self._by_event.get(event_key(event))
        if handler is not None:
            await handler(event)
