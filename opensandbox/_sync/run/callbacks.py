# Generated from opensandbox/_async/run/callbacks.py by scripts/unasync.py. Do not edit.
"""Functions of a caller that take the text of an output: they become handlers of its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox._concurrency.pairs import notify
from opensandbox._sync.run.streams import handlers_of
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models import ExecutionHandlersSync

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox.models.execd import OutputMessage


def with_callbacks(
    handlers: object, **callbacks: Callable[[str], object] | None
) -> ExecutionHandlersSync | None:
    """Return handlers to which functions of text were added, by the names of handlers; giving one both ways is refused."""
    given = handlers_of(handlers)
    more: dict[str, Any] = {}
    for name, callback in callbacks.items():
        if callback is None:
            continue
        if given is not None and getattr(given, name) is not None:
            raise InvalidArgumentException(
                f"{name} and handlers.{name} are two ways for one thing; leave one of them out"
            )
        if not callable(callback):
            raise InvalidArgumentException(
                f"{name} must be a function of a text, such as print, not {callback!r}"
            )
        more[name] = _of_text(callback)
    return (given or ExecutionHandlersSync()).model_copy(update=more) if more else given


def _of_text(callback: Callable[[str], object]) -> Callable[[OutputMessage], None]:
    def handler(message: OutputMessage) -> None:
        notify(callback, message.text.removesuffix("\n"))

    return handler
