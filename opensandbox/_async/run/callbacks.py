"""Functions of a caller that take the text of an output: they become handlers of its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox._async.run.streams import handlers_of
from opensandbox._concurrency.pairs import async_notify
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models import ExecutionHandlers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox.models.execd import OutputMessage


def with_callbacks(handlers: object, **callbacks: Callable[[str], object] | None) -> ExecutionHandlers | None:
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
    return (given or ExecutionHandlers()).model_copy(update=more) if more else given


def _of_text(callback: Callable[[str], object]) -> Callable[[OutputMessage], Awaitable[None]]:
    async def handler(message: OutputMessage) -> None:
        await async_notify(callback, message.text.removesuffix("\n"))

    return handler
