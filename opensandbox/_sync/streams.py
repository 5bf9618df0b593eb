# Generated from opensandbox/_async/streams.py by scripts/unasync.py. Do not edit.
"""Reads the event stream of an execution to its end, and tells every way in which it can fall short."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx

from opensandbox._concurrency import monotonic
from opensandbox._core import failures
from opensandbox._core.addresses import REQUEST_ID_HEADER
from opensandbox._core.commands import CLOSING
from opensandbox._core.deadlines import Deadline
from opensandbox._core.events import Aborted, EventDecoder, Unreadable
from opensandbox._core.executions import ExecutionRecorder, output_limit
from opensandbox._core.handlers import event_key, handlers_by_event
from opensandbox._sync.http import watch_of
from opensandbox.exceptions import (
    ExecutionAbortedException,
    IncompleteStreamException,
    InvalidArgumentException,
    MalformedEventException,
    NoEventStreamException,
    SandboxConnectionException,
    SandboxError,
    SandboxException,
    SandboxTimeoutException,
    StreamTimeoutException,
)
from opensandbox.models import ExecutionHandlersSync

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._core.events import Received
    from opensandbox._sync.http import Connection
    from opensandbox.models.execd import Execution

MEDIA_TYPE: Final = "text/event-stream"
HEADERS: Final = {"Accept": MEDIA_TYPE, "Cache-Control": "no-cache"}
EXCERPT: Final = 200
"""Bytes that a message quotes of what should have been an event."""

MAX_ERROR_BODY: Final = 64 * 1024
"""Bytes that are read of an answer which is no event stream."""


class ExecutionReader:
    """One event stream, from its request to its end. Whoever opens it closes it.

    `request` is what a generated operation would send. `limit` bounds the whole and `idle_timeout` each wait for more
    (seconds, `None`: no bound). `prompt` says that the server answers before the first output, so that the wait for the
    head is bounded like any request. With `background` the stream is over at its final event; otherwise it is read to
    the end, because an error may follow a completion. `resume` is what a broken stream offers its caller.
    """

    __slots__ = (
        "_ahead",
        "_chunks",
        "_connection",
        "_context",
        "_decoder",
        "_failure",
        "_idle_timeout",
        "_limit",
        "_over",
        "_prompt",
        "_request",
        "_response",
        "_resume",
        "background",
        "recorder",
    )

    def __init__(
        self,
        connection: Callable[[], Connection],
        request: dict[str, Any],
        recorder: ExecutionRecorder,
        *,
        limit: float | None = None,
        idle_timeout: float | None = None,
        prompt: bool = True,
        background: bool = False,
        all_formats: bool = False,
        resume: Callable[..., Any] | None = None,
    ) -> None:
        self.recorder = recorder
        self._connection = connection
        self._request = {**request, "headers": {**request["headers"], **HEADERS}}
        self._limit = limit
        self._idle_timeout = idle_timeout
        self._prompt = prompt
        self.background = background
        self._resume = resume
        self._decoder = EventDecoder(all_formats=all_formats)
        self._context: AbstractContextManager[httpx.Response] | None = None
        self._response: Any = None
        self._chunks: Any = None
        self._failure: SandboxException | None = None
        self._over = False
        self._ahead: list[Received] = []

    @property
    def execution(self) -> Execution:
        """What is known so far."""
        return self.recorder.execution

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be learned here: the outcome was told, or the stream was lost."""
        return self._over or self._failure is not None or self.recorder.ended

    def open(self) -> None:
        """Send the request and wait for the head of the answer."""
        connection = self._connection()
        now = monotonic()
        deadline = Deadline.after(self._limit, now)
        head = deadline
        if self._prompt:
            head = head.earlier(Deadline.after(connection.http.config.request_timeout.total_seconds(), now))
        context = connection.stream(**self._request, deadline=head, idle_timeout=self._idle_timeout)
        response = context.__enter__()
        self._context = context
        self._response = response
        try:
            _check(response)
        except BaseException:
            self.close()
            raise
        self._move(deadline)
        self._chunks = response.iter_bytes()

    def look_ahead(self) -> None:
        """Wait for the first event, which tells the id; `read` returns it, or raises what came instead."""
        if not self._ahead:
            with suppress(SandboxException):
                self._ahead = self.read()

    def read(self) -> list[Received]:
        """Return the next events, at least one; none once the stream has come to a good end.

        What came before a failure is returned first, then the failure is raised.
        """
        if self._ahead:
            events, self._ahead = self._ahead, []
            return events
        while not self._over:
            if self._failure is not None:
                raise self._failure
            chunk = self._next_chunk()
            events = self._decoder.feed(chunk) if chunk else self._decoder.finish()
            if events:
                self._note(events, last=not chunk)
            if not chunk:
                self._end()
            elif self.recorder.ended and self._failure is None:
                self._over = self.background
                # Servers close at once or after a second; one that does not is not waited for.
                self._move(Deadline.after(CLOSING, monotonic()))
            if events:
                return events
        return []

    def close(self) -> None:
        """Let go of the connection."""
        context, self._context = self._context, None
        if context is not None:
            context.__exit__(None, None, None)

    def _next_chunk(self) -> bytes:
        try:
            chunk: bytes = next(self._chunks, b"")
        except httpx.HTTPError as broken:
            if self.recorder.ended:
                return b""
            cause = self._translated(broken)
            raise self._lost(f"broke off: {cause.args[0]}", cause) from broken
        return chunk

    def _translated(self, broken: httpx.HTTPError) -> SandboxException:
        context, self._context = self._context, None
        assert context is not None
        try:
            context.__exit__(type(broken), broken, broken.__traceback__)
        except SandboxException as failure:
            return failure
        return SandboxConnectionException(str(broken), broken)

    def _note(self, events: list[Received], *, last: bool) -> None:
        outcome = events[-1]
        if not isinstance(outcome, Aborted | Unreadable):
            self.recorder.add(events)
            return
        del events[-1]
        self.recorder.add(events)
        if isinstance(outcome, Aborted):
            self._failure = self._aborted(outcome)
        elif not last:
            self._failure = self._malformed(outcome)
        # What remains at the end is an event that was cut off.

    def _end(self) -> None:
        if self._failure is None and not self.recorder.ended:
            self._failure = self._lost("ended before its final event", None)
        self._over = self._failure is None

    def _move(self, deadline: Deadline) -> None:
        watch = watch_of(self._response)
        if watch is not None:
            watch.deadline = deadline if not self.recorder.ended else watch.deadline.earlier(deadline)

    def _subject(self) -> str:
        request_id = self._response.headers.get(REQUEST_ID_HEADER)
        name = (
            f"the event stream of execution {self.execution.id}" if self.execution.id else "the event stream"
        )
        return f"{name} (request {request_id})" if request_id else name

    def _offer(self) -> Callable[[Any], Any] | None:
        if self._resume is None or self.execution.id is None:
            return None
        return partial(self._resume, self.execution)

    def _lost(self, how: str, cause: SandboxException | None) -> SandboxException:
        kind = (
            StreamTimeoutException
            if isinstance(cause, SandboxTimeoutException)
            else IncompleteStreamException
        )
        resume = self._offer()
        advice = "the outcome is unknown"
        if resume is not None:
            advice += "; resume() waits for it, interrupt() stops the command if it still runs"
        self._failure = kind(
            f"{self._subject()} {how}, after {self.recorder.received} events; {advice}",
            cause,
            execution=self.recorder.finish(),
            resume=resume,
        )
        return self._failure

    def _malformed(self, event: Unreadable) -> SandboxException:
        return MalformedEventException(
            f"{self._subject()} brought something that is no event: {event.reason}; the outcome is unknown. "
            f"It begins: {event.received[:EXCERPT].decode('utf-8', 'replace')}",
            execution=self.recorder.finish(),
            resume=self._offer(),
            received=event.received,
        )

    def _aborted(self, event: Aborted) -> SandboxException:
        error = SandboxError(event.code or SandboxError.UNEXPECTED_RESPONSE, event.message)
        return ExecutionAbortedException(
            f"{self._subject()} ended with an error of the server",
            error=error,
            response_body=event.received,
            execution=self.recorder.finish(),
        )


def recorder_for(
    handlers: ExecutionHandlersSync | None,
    max_output: int | None = None,
    *,
    background: bool = False,
    execution: Execution | None = None,
) -> ExecutionRecorder:
    """Return what keeps of an execution as much as its caller asks for; refuse handlers of the other twin."""
    if handlers is not None and not isinstance(handlers, ExecutionHandlersSync):
        raise InvalidArgumentException(
            f"handlers must be {ExecutionHandlersSync.__name__}, not {type(handlers).__name__}; "
            "coroutines and plain functions have a class each"
        )
    keep = handlers is None or not handlers.skip_accumulation
    return ExecutionRecorder(
        keep_output=keep, max_output=output_limit(max_output), background=background, execution=execution
    )


def follow(reader: ExecutionReader, handlers: ExecutionHandlersSync | None) -> Execution:
    """Read an open stream to its end, tell `handlers` each event, and return what became of the execution."""
    by_event = handlers_by_event(handlers)
    while events := reader.read():
        if by_event:
            for event in events:
                handler = by_event.get(event_key(event))
                if handler is not None:
                    handler(event)
    return reader.recorder.finish()


def _check(response: httpx.Response) -> None:
    """Refuse what is no event stream."""
    media_type = response.headers.get("Content-Type", "")
    wrong_status = response.status_code != 200
    if not wrong_status and media_type.partition(";")[0].strip().lower() == MEDIA_TYPE:
        return
    body = b""
    # What cannot be read of it would not explain more.
    with suppress(httpx.HTTPError):
        for piece in response.iter_bytes():
            body += piece[:MAX_ERROR_BODY]
            if len(body) >= MAX_ERROR_BODY:
                break
    if wrong_status:
        raise failures.api_failure(
            status=response.status_code,
            headers=response.headers,
            body=body,
            method=response.request.method,
            url=str(response.request.url),
        )
    raise NoEventStreamException(
        f"{response.request.method} {response.request.url.path} answered with content type {media_type or 'none'} instead of "
        f"{MEDIA_TYPE}; is the domain that of an OpenSandbox server? "
        f"It {failures.sketch(body)}",
        status_code=response.status_code,
        request_id=response.headers.get(REQUEST_ID_HEADER),
        response_body=body,
        method=response.request.method,
        path=response.request.url.path,
    )
