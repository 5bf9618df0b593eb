"""Bounds on responses, for a server, or a program in a sandbox, that sends data without end."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import ConfigDict, Field

from opensandbox.models.base import Model

Bound: TypeAlias = Annotated[int, Field(ge=1)] | None

LARGEST: Final = 256 << 20


class AnswerLimits(Model):
    """Bounds on one response of a server; `None` is no bound. Exceeding one raises an error that names it.

    File contents and the whole output of a command have no bound here: see `max_output` and `timeout` of the calls.

        config = ConnectionConfig(answer_limits=AnswerLimits(event_bytes=16 << 20))
    """

    model_config = ConfigDict(frozen=True)

    event_bytes: Bound = LARGEST
    """Bytes of one unfinished event of a stream, such as a line of output."""

    body_bytes: Bound = LARGEST
    """Bytes of one body that is read into memory (JSON or diagnostic text), after decompression."""

    redirects: Bound = 10
    """Redirects that one call follows with `follow_redirects`."""

    repeated_pages: Bound = 10
    """Successive pages of a list that contain only known items."""

    endpoint_header_bytes: Bound = 32 << 10
    """Characters of all headers that an endpoint requires."""


def beyond(name: str, value: int | None, what: str) -> str:
    """Return the words of the error for an answer that goes beyond a bound."""
    return f"{what} goes beyond {name}={value} of answer_limits in the connection config; raise it, or set it to None for no bound"
