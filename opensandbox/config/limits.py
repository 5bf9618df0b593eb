"""How much of an answer is taken: bounds for a server, or a program in a sandbox, that never comes to an end."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import ConfigDict, Field

from opensandbox.models.base import Model

Bound: TypeAlias = Annotated[int, Field(ge=1)] | None

LARGEST: Final = 256 << 20


class AnswerLimits(Model):
    """Bounds of what is taken from a server in one answer; `None` is no bound. What goes beyond one is an error that names it.

    Contents of files and the output of a command in all have no bound here: see `max_output` and `timeout` of the calls.

        config = ConnectionConfig(answer_limits=AnswerLimits(event_bytes=16 << 20))
    """

    model_config = ConfigDict(frozen=True)

    event_bytes: Bound = LARGEST
    """Bytes of one event of a stream, such as a line of output, that are kept while its end is waited for."""

    body_bytes: Bound = LARGEST
    """Bytes of one body that is read into memory, JSON or diagnostic text, after decompression."""

    redirects: Bound = 10
    """Redirects of one call that are followed, where `follow_redirects` is set."""

    repeated_pages: Bound = 10
    """Pages of a list, one after the other, that bring nothing but what came before."""

    endpoint_header_bytes: Bound = 32 << 10
    """Characters of all headers that an endpoint asks for."""


def beyond(name: str, value: int | None, what: str) -> str:
    """Return the words of the error for an answer that goes beyond a bound."""
    return f"{what} goes beyond {name}={value} of answer_limits in the connection config; raise it, or set it to None for no bound"
