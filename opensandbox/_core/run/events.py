"""From the payloads of an event stream to typed events.

Output can come as hundreds of thousands of small events, so a whole batch is parsed by one call and an output message is
put together without validation: its members have been checked here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import BaseModel
from pydantic_core import from_json

from opensandbox._core.run.sse import EventSplitter
from opensandbox.config.limits import LARGEST, beyond
from opensandbox.models.execd import (
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    OutputMessage,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Event = OutputMessage | ExecutionInit | ExecutionResult | ExecutionError | ExecutionComplete
"""What a consumer of a stream gets to see."""

EVENT_TYPES: Final = (OutputMessage, ExecutionInit, ExecutionResult, ExecutionError, ExecutionComplete)

EXCERPT: Final = 200
"""Bytes that are told of an event which is too long."""

FEW: Final = 4
"""Payloads up to which joining them saves nothing; a large one would be copied for it."""


class ExecutionCount(NamedTuple):
    """The number of a cell; noted, and shown to nobody."""

    number: int


class Aborted(NamedTuple):
    """An error envelope in the place of an event: the server gave up after the stream had begun."""

    code: str | None
    message: str | None
    received: bytes


class Unreadable(NamedTuple):
    """A payload that is no event."""

    received: bytes
    reason: str


Received = Event | ExecutionCount | Aborted | Unreadable
"""What a stream brings. Nothing comes after an `Aborted` or `Unreadable`."""


class EventDecoder:
    """Turns the bytes of a stream into events, wherever the network cut them.

    `all_formats` keeps the other forms of a result beside its text, in `extra_properties`. Of an event whose end does not
    come at most `event_bytes` are kept: then it is `Unreadable`. `line_end` is what ends a piece of output which does not
    say so itself; `None` where that is not known.
    """

    __slots__ = ("_all_formats", "_event_bytes", "_line_end", "_splitter")

    def __init__(
        self,
        *,
        all_formats: bool = False,
        event_bytes: int | None = LARGEST,
        line_end: str | None = None,
    ) -> None:
        self._line_end = line_end
        self._splitter = EventSplitter()
        self._all_formats = all_formats
        self._event_bytes = event_bytes

    def feed(self, data: bytes) -> list[Received]:
        """Return the events that end within `data`."""
        events = self._events(self._splitter.feed(data))
        if self._event_bytes is not None and self._splitter.held > self._event_bytes:
            events.append(Unreadable(data[:EXCERPT], beyond("event_bytes", self._event_bytes, "its length")))
        return events

    def finish(self) -> list[Received]:
        """Return the event that the end of the stream cut off, if there is one."""
        return self._events(self._splitter.finish())

    def _events(self, payloads: list[bytes]) -> list[Received]:
        if not payloads:
            return []
        events: list[Received] = []
        for index, value in enumerate(_parse(payloads)):
            try:
                kind = value["type"]
                if kind == "stdout":
                    events.append(_output(value, False, self._line_end))
                elif kind == "stderr":
                    events.append(_output(value, True, self._line_end))
                elif (event := read_event(value, all_formats=self._all_formats)) is not None:
                    events.append(event)
            except (KeyError, TypeError, ValueError, AttributeError) as exc:
                events.append(_no_event(value, payloads[index], exc))
                break
        return events


def read_event(value: dict[str, Any], *, all_formats: bool = False) -> Received | None:
    """Return the event that a parsed payload tells, `None` for a kind that is of no interest.

    Raises `KeyError`, `TypeError`, `ValueError` or `AttributeError` when it is no event.
    """
    kind = value["type"]
    if kind in ("stdout", "stderr"):
        return _output(value, kind == "stderr")
    if kind == "result":
        return _result(value, all_formats)
    reader = _READERS.get(kind)
    return None if reader is None else reader(value)


class _Invalid(NamedTuple):
    error: Exception


def _parse(payloads: list[bytes]) -> list[Any]:
    try:
        if len(payloads) <= FEW:
            return [from_json(payload, cache_strings="keys") for payload in payloads]
        values: list[Any] = from_json(b"[" + b",".join(payloads) + b"]", cache_strings="keys")
    except ValueError:
        values = []
    # Another count means that a comma stood between two values of one payload.
    return values if len(values) == len(payloads) else _parse_singly(payloads)


def _parse_singly(payloads: list[bytes]) -> list[Any]:
    values: list[Any] = []
    for payload in payloads:
        try:
            # Slower than `from_json`, but it takes the lone surrogates that some programs print.
            values.append(json.loads(payload))
        except (ValueError, RecursionError) as exc:
            values.append(_Invalid(exc))
            break
    return values


def _no_event(value: Any, received: bytes, exc: Exception) -> Aborted | Unreadable:
    if isinstance(value, _Invalid):
        return Unreadable(received, f"it is not JSON: {value.error}")
    if not isinstance(value, dict):
        return Unreadable(received, f"it is a JSON {type(value).__name__}, not an object")
    code, message = value.get("code"), value.get("message")
    if "type" not in value and (isinstance(code, str) or isinstance(message, str)):
        return Aborted(
            code if isinstance(code, str) else None, message if isinstance(message, str) else None, received
        )
    missing = isinstance(exc, KeyError)
    return Unreadable(received, f"it has no member {exc}" if missing else f"a member does not fit: {exc}")


# Straight into the slots that pydantic itself fills in `model_construct`, at a quarter of the time of that.
_set_members: Final = next(
    vars(base)["__dict__"] for base in OutputMessage.__mro__ if "__dict__" in vars(base)
).__set__
_set_extra: Final = vars(BaseModel)["__pydantic_extra__"].__set__
_set_fields_set: Final = vars(BaseModel)["__pydantic_fields_set__"].__set__
_set_private: Final = vars(BaseModel)["__pydantic_private__"].__set__
# One set for all messages: they are frozen, so nothing is ever added to it.
_OUTPUT_FIELDS: Final = set(OutputMessage.model_fields)


def _output(value: dict[str, Any], is_error: bool, line_end: str | None = None) -> OutputMessage:
    text = value.get("text", "")
    timestamp = value.get("timestamp", 0)
    if type(text) is not str or type(timestamp) is not int:
        raise TypeError(
            f"text and timestamp must be a string and an integer, not {text!r:.40} and {timestamp!r:.40}"
        )
    message = object.__new__(OutputMessage)
    members = {"text": text, "timestamp": timestamp, "is_error": is_error}
    if line_end is not None:
        members["line_end"] = "" if value.get("line_end") == "" else line_end
    _set_members(message, members)
    _set_fields_set(message, _OUTPUT_FIELDS)
    _set_extra(message, None)
    _set_private(message, None)
    return message


def _init(value: dict[str, Any]) -> ExecutionInit:
    return ExecutionInit(id=value.get("text", ""), timestamp=value.get("timestamp", 0))


def _complete(value: dict[str, Any]) -> ExecutionComplete:
    return ExecutionComplete(
        timestamp=value.get("timestamp", 0), execution_time_in_millis=value.get("execution_time", 0)
    )


def _error(value: dict[str, Any]) -> ExecutionError:
    error = value.get("error") or {}
    return ExecutionError(
        name=error.get("ename") or "",
        value=str(error.get("evalue") or value.get("text") or ""),
        timestamp=value.get("timestamp", 0),
        traceback=error.get("traceback") or [],
    )


def _count(value: dict[str, Any]) -> ExecutionCount:
    count = value["execution_count"]
    if type(count) is not int:
        raise TypeError(f"execution_count must be an integer, not {count!r:.40}")
    return ExecutionCount(count)


def _result(value: dict[str, Any], all_formats: bool) -> ExecutionResult:
    forms = value.get("results") or {}
    text = forms.get("text", forms.get("text/plain"))
    others = {}
    if all_formats:
        others = {
            mime: form if isinstance(form, str) else json.dumps(form)
            for mime, form in forms.items()
            if mime not in ("text", "text/plain")
        }
    return ExecutionResult(text=text, timestamp=value.get("timestamp", 0), extra_properties=others)


_READERS: Final[dict[object, Callable[[dict[str, Any]], Received]]] = {
    "init": _init,
    "execution_complete": _complete,
    "error": _error,
    "execution_count": _count,
}
