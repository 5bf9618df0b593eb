# Generated from opensandbox/_async/run/streams.py by scripts/unasync.py. Do not edit.
"""Reads the event stream of an execution to its end, with an exception for each way in which it can be incomplete."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx

from opensandbox._concurrency.background import finish_or_undo
from opensandbox._concurrency.pairs import monotonic, sleep, with_deadline
from opensandbox._core.calls import failures
from opensandbox._core.convert import commands as convert
from opensandbox._core.convert.values import model_or_none
from opensandbox._core.deadlines import NO_DEADLINE, Deadline, span
from opensandbox._core.net.addresses import REQUEST_ID_HEADER
from opensandbox._core.run.busy import REFUSAL_WAIT, BusyContext
from opensandbox._core.run.commands import INTERRUPT_LIMIT, START_LIMIT, milliseconds
from opensandbox._core.run.events import Aborted, EventDecoder, Unreadable
from opensandbox._core.run.executions import ExecutionRecorder, output_limit
from opensandbox._core.run.handlers import event_key, handlers_by_event
from opensandbox._sync.calls.http import beginning, watch_of
from opensandbox._sync.calls.options import bound
from opensandbox._sync.net.drains import ASIDE
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
    from datetime import timedelta

    from opensandbox_api.calls import Request

    from opensandbox._core.run.events import Received
    from opensandbox._sync.calls.http import Connection, Http
    from opensandbox.models.execd import Execution, ExecutionError

MEDIA_TYPE: Final = "text/event-stream"
HEADERS: Final = {"Accept": MEDIA_TYPE, "Cache-Control": "no-cache"}
EXCERPT: Final = 200
"""Bytes that a message quotes of what should have been an event."""

MAX_ERROR_BODY: Final = 64 * 1024
"""Bytes that are read of an answer which is no event stream."""


class ExecutionReader:
    """One event stream, from its request to its end. The caller closes it.

    `request` is what a generated operation would send. `limit` bounds the whole and `idle_timeout` each wait for more
    (seconds, `None`: no bound). `prompt` says that the server answers before the first output, so that the wait for the
    head is bounded like any request. `resume` is what a broken stream offers its caller. `outcome_of` may turn an error
    of the server into the error of what ran.

    Commands are over at their final event; servers may hold the stream open after it. With `to_the_end` (code) the end of
    the stream is the end: some daemons tell a completion when the code has just begun. Such a run is sent again when
    its context was still busy with the one before, because then nothing was run.
    """

    __slots__ = (
        "_ahead",
        "_busy",
        "_chunks",
        "_connection",
        "_context",
        "_deadline",
        "_decoder",
        "_ended",
        "_failure",
        "_formats",
        "_http",
        "_idle_timeout",
        "_limit",
        "_outcome_of",
        "_over",
        "_prompt",
        "_request",
        "_response",
        "_resume",
        "_to_the_end",
        "background",
        "given_up",
        "recorder",
    )

    def __init__(
        self,
        connection: Callable[[], Connection],
        request: Request,
        recorder: ExecutionRecorder,
        *,
        limit: float | None = None,
        idle_timeout: float | None = None,
        prompt: bool = True,
        background: bool = False,
        to_the_end: bool = False,
        all_formats: bool = False,
        resume: Callable[..., Any] | None = None,
        outcome_of: Callable[[Aborted], ExecutionError | None] | None = None,
    ) -> None:
        self.recorder = recorder
        self._connection = connection
        self._request: Request = {**request, "headers": {**request.get("headers", {}), **HEADERS}}
        self._limit = limit
        self._idle_timeout = idle_timeout
        self._prompt = prompt
        self.background = background
        self._to_the_end = to_the_end
        self._resume = resume
        self._outcome_of = outcome_of
        self._formats = all_formats
        self._decoder = EventDecoder()
        self._deadline = NO_DEADLINE
        self._busy = BusyContext()
        self._http: Http | None = None
        self._context: AbstractContextManager[httpx.Response] | None = None
        self._response: Any = None
        self._chunks: Any = None
        self._failure: SandboxException | None = None
        self._over = False
        self._ended = False
        self._ahead: list[Received] = []
        self.given_up: Callable[[], None] | None = None
        """Called when the caller left while the request was sent once more, and that went through."""

    @property
    def execution(self) -> Execution:
        """The execution so far."""
        return self.recorder.execution

    @property
    def is_over(self) -> bool:
        """Whether the stream is finished: the outcome is known, or the stream was lost."""
        return self._over or self._failure is not None or self._outcome_is_told

    @property
    def _outcome_is_told(self) -> bool:
        recorder = self.recorder
        return recorder.execution.error is not None if self._to_the_end else recorder.ended

    def open(self) -> None:
        """Send the request and wait for the response's head."""
        self._deadline = Deadline.after(self._limit, monotonic()).earlier(bound())
        self._send()

    def _send(self) -> None:
        connection = self._connection()
        now = monotonic()
        head = self._deadline
        if self._prompt:
            head = head.earlier(Deadline.after(span(connection.http.config.request_timeout), now))
        context = connection.stream(**self._request, deadline=head, idle_timeout=self._idle_timeout)
        response = context.__enter__()
        self._context = context
        self._response = response
        self._http = connection.http
        self._decoder = EventDecoder(
            all_formats=self._formats,
            event_bytes=connection.http.config.answer_limits.event_bytes,
            line_end="" if self._to_the_end else convert.line_end(response.headers),
        )
        try:
            _check(response)
        except BaseException:
            self.close()
            raise
        if (watch := watch_of(response)) is not None:
            watch.deadline = self._deadline
        self._chunks = response.iter_bytes()

    def look_ahead(self) -> None:
        """Wait for the first event, which has the id; `read` returns it, or raises its failure."""
        if not self._ahead:
            with suppress(SandboxException):
                self._ahead = self.read()

    def read(self) -> list[Received]:
        """Return the next events, at least one; none after a complete stream.

        Events before a failure are returned first; the next call raises the failure.
        """
        if self._ahead:
            events, self._ahead = self._ahead, []
            return events
        while not self._over:
            if self._failure is not None:
                if not self._busy.may_ask_again(monotonic()):
                    raise self._failure
                self._send_again()
            if events := self._read_chunk():
                return events
        return []

    def was_refused(self) -> bool:
        """Whether nothing runs, because the context was busy with something else; a moment is waited for what tells it."""
        if not self._to_the_end or self._context is None:
            return False
        if (watch := watch_of(self._response)) is not None:
            watch.deadline = Deadline.after(REFUSAL_WAIT, monotonic())
        with suppress(TimeoutError, SandboxException):
            with with_deadline(REFUSAL_WAIT):
                while not (self._busy.decided or self.is_over):
                    self._ahead += self._read_chunk()
        return self._busy.refused

    def _read_chunk(self) -> list[Received]:
        chunk = self._next_chunk()
        events = self._decoder.feed(chunk) if chunk else self._decoder.finish()
        if events:
            events = self._note(events, last=not chunk)
        if not chunk:
            self._end()
        elif self._failure is None and not self._to_the_end:
            self._over = self.recorder.ended
        return events

    def close(self) -> None:
        """Close the connection. A stream that the server holds open after the final event is left to drain."""
        context, self._context = self._context, None
        if context is None:
            return
        try:
            if self._over and not self._ended:
                assert self._http is not None
                response = self._response
                aside = self._http.drains.keep(response, watch_of(response), self._chunks)
                response.extensions[ASIDE] = aside
        finally:
            context.__exit__(None, None, None)

    def _send_again(self) -> None:
        """Send the request once more, after a pause in which the context gets free."""
        self.close()
        now = monotonic()
        sleep(self._deadline.clip(self._busy.pause(), now))
        try:
            # Whoever leaves meanwhile may leave a run behind; whether it was refused again is known when it is sent.
            finish_or_undo(self._send, self._left, INTERRUPT_LIMIT, brief=True, patience=START_LIMIT)
        except SandboxException as failure:
            self._failure = (
                failure  # whoever looked ahead asks again: that it was refused is not the reason any more
            )
            raise
        # Not before: whoever leaves meanwhile has nothing of his own to interrupt.
        self._failure = None

    def _left(self, _: None) -> None:
        self._failure = None
        (self.close() if self.given_up is None else self.given_up())

    def _next_chunk(self) -> bytes:
        try:
            chunk: bytes = next(self._chunks, b"")
        except httpx.HTTPError as broken:
            if self._outcome_is_told:
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

    def _note(self, events: list[Received], *, last: bool) -> list[Received]:
        """Keep what has come, and return what of it the caller gets to see."""
        outcome = events[-1]
        if isinstance(outcome, Aborted) and self._outcome_of is not None:
            events[-1] = outcome = self._outcome_of(outcome) or outcome
        if isinstance(outcome, Aborted | Unreadable):
            del events[-1]
        if self._to_the_end:
            events = self._busy.saw(events)
        self.recorder.add(events)
        if isinstance(outcome, Aborted):
            if self._to_the_end:
                self._busy.gave_up(outcome, monotonic())
            self._failure = self._aborted(outcome)
        elif isinstance(outcome, Unreadable) and not last:
            self._failure = self._malformed(outcome)
        # What remains at the end is an event that was cut off.
        return events

    def _end(self) -> None:
        if self._failure is None and not self.recorder.ended:
            self._failure = self._lost("ended before its final event", None)
        self._over = self._ended = self._failure is None

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
        if self._to_the_end:
            self.execution.complete = None  # it came early, if at all
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


def handlers_of(handlers: object) -> ExecutionHandlersSync | None:
    """Return handlers, reading a plain dict; refuse those of the other twin."""
    if handlers is not None and not isinstance(handlers, ExecutionHandlersSync | dict):
        raise InvalidArgumentException(
            f"handlers must be {ExecutionHandlersSync.__name__} or a dict of its fields, not {type(handlers).__name__}; "
            "coroutines and plain functions have a class each"
        )
    return model_or_none(ExecutionHandlersSync, "handlers", handlers)


def recorder_for(
    handlers: ExecutionHandlersSync | None,
    max_output: int | None = None,
    *,
    background: bool = False,
    execution: Execution | None = None,
    timeout: timedelta | float | None = None,
) -> ExecutionRecorder:
    """Return a recorder that keeps as much of the execution as the caller wants; `timeout` is the time limit that was
    sent."""
    keep = handlers is None or not handlers.skip_accumulation
    return ExecutionRecorder(
        keep_output=keep,
        max_output=output_limit(max_output),
        background=background,
        execution=execution,
        limit=milliseconds("timeout", timeout),
    )


def follow(reader: ExecutionReader, handlers: ExecutionHandlersSync | None) -> Execution:
    """Read an open stream to its end, pass each event to `handlers`, and return the execution."""
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
    # What cannot be read of it would not explain more.
    body = (beginning(response, MAX_ERROR_BODY)).content()
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
