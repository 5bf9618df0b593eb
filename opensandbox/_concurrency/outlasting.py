"""A coroutine for a task that outlasts the cancellation with which an event loop ends.

`asyncio.run`, like other runners, ends by cancelling every task once, and waits for them. A task passes that on to what it waits
for, so a request that is on its way would break off, and a sandbox that it makes would be lost. An `Outlasting` puts a future of its
own between: the cancellation ends that future, what it stands for goes on, and the task waits for it again.

The task is an ordinary one, which every runner sees and waits for. It outlasts the end of the loop and nothing else: a
cancellation by `asyncio.timeout`, or by whoever started the task, reaches the operation as ever. The two are told apart by a
witness, a task that only such an end cancels: as often as it was, as many cancellations are not meant for the operation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

T = TypeVar("T")


class Outlasting(Coroutine[Any, Any, T]):
    """Does what `operation` does. `ends` returns how often the witness has been cancelled."""

    def __init__(self, operation: Coroutine[Any, Any, T], ends: Callable[[], int]) -> None:
        self._operation = operation
        self._ends = ends
        self._ends_seen = ends()
        self._cancellations = 0
        self._abandoned = False
        self._steps = self._run()
        next(self._steps)  # a task that is cancelled before its first turn would run nothing at all

    def abandon(self) -> None:
        """Let the next cancellation end the task, whatever the operation makes of it."""
        self._abandoned = True

    def send(self, value: None) -> Any:
        """Go on, because what the task waited for has come."""
        return self._steps.send(value)

    def throw(self, *error: Any) -> Any:
        """Go on with an error; a cancellation comes this way."""
        return self._steps.throw(*error)

    def close(self) -> None:
        """End the operation."""
        self._steps.close()
        self._operation.close()

    def __await__(self) -> Generator[Any, Any, T]:
        raise NotImplementedError("made to be run by a task")

    def _run(self) -> Generator[Any, Any, T]:
        awaited: Any = None
        while True:
            step = yield from self._wait(awaited)
            try:
                awaited = step()
            except StopIteration as end:
                result: T = end.value
                return result
            self._cancellations = _cancellations()

    def _wait(self, awaited: asyncio.Future[Any] | None) -> Generator[Any, Any, Callable[[], Any]]:
        """Wait for a future, or (`None`) for the next turn; return the step with which the operation goes on."""
        while True:
            try:
                if awaited is None:
                    yield
                elif not awaited.done():
                    yield from _follower(awaited)
            except asyncio.CancelledError as cancellation:
                if self._abandoned:
                    raise
                if not self._outlasts() and not (awaited is not None and awaited.cancel()):
                    return partial(self._operation.throw, cancellation)
                if awaited is not None:
                    continue  # what is waited for is not over, or says by itself that it was cancelled
            except BaseException as error:
                return partial(self._operation.throw, error)
            return partial(self._operation.send, None)

    def _outlasts(self) -> bool:
        """Return whether a cancellation came from the end of the loop alone, and take it back."""
        seen, self._ends_seen = self._ends_seen, self._ends()
        task = asyncio.current_task()
        assert task is not None, "a task is cancelled"
        for _ in range(self._ends_seen - seen):
            task.uncancel()
        return self._ends_seen > seen and task.cancelling() <= self._cancellations


def _cancellations() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _follower(followed: asyncio.Future[Any]) -> Generator[Any, Any, None]:
    """Wait until a future is done; who is cancelled meanwhile leaves it alone."""
    follower = followed.get_loop().create_future()

    def wake(_: object) -> None:
        if not follower.done():
            follower.set_result(None)

    followed.add_done_callback(wake)
    try:
        yield from follower
    finally:
        followed.remove_done_callback(wake)
