"""Requests and responses as the route handlers see them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.http.errors import ExecdError, invalid, missing_query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from opensandbox.local.execd.http.connection import Connection

MAX_JSON_BODY = 64 << 20


@dataclass(slots=True)
class Request:
    """One HTTP request. The body is read on demand, at most once, in pieces of the size they arrive in."""

    method: str
    target: bytes
    path: str
    query_string: str
    headers: list[tuple[bytes, bytes]]
    connection: Connection
    params: dict[str, str] = field(default_factory=dict)

    def header(self, name: bytes) -> str | None:
        """Look up a header by its lower-case name; None when it was not sent."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return None

    def queries(self, name: str) -> list[str]:
        """Return every value of a repeated query parameter, percent-decoded."""
        if not self.query_string:
            return []
        from urllib.parse import parse_qsl

        pairs = parse_qsl(self.query_string, keep_blank_values=True, errors="surrogateescape")
        return [value for key, value in pairs if key == name]

    def query(self, name: str) -> str | None:
        """Return the first value of a query parameter, or None."""
        values = self.queries(name)
        return values[0] if values else None

    def required_query(self, name: str) -> str:
        """Return a query parameter that must not be absent or empty; 400 `MISSING_QUERY` otherwise."""
        value = self.query(name)
        if not value:
            raise missing_query(name)
        return value

    def natural_query(self, name: str, default: int, most: int) -> int:
        """Return a whole number from 0 to `most`; 400 for anything else, `default` where there is none."""
        value = self.query(name)
        if not value:
            return default
        # `int` refuses absurdly long texts with an error of its own.
        if not (value.isascii() and value.isdigit() and len(value) <= 19) or int(value) > most:
            raise invalid(f"{name!r} is {value!r}, it has to be an integer from 0 to {most}")
        return int(value)

    def body(self) -> AsyncIterator[bytes]:
        """Iterate over the body without holding it."""
        return self.connection.request_body()

    async def json(self, *, optional: bool = False) -> Any:
        """Parse the whole body; `optional` turns an absent one, and `null`, into `{}`. 400 when it is not JSON."""
        content = bytearray()
        async for piece in self.body():
            content += piece
            if len(content) > MAX_JSON_BODY:
                raise invalid(f"the JSON body is larger than {MAX_JSON_BODY} bytes")
        if optional and not content.strip():
            return {}
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise invalid(f"the body is not JSON: {error}") from None
        return {} if optional and value is None else value

    async def json_object(self, *, optional: bool = False) -> dict[str, Any]:
        """Parse a body that must be a JSON object."""
        value = await self.json(optional=optional)
        if not isinstance(value, dict):
            raise invalid("the body has to be a JSON object")
        return value


@dataclass(slots=True)
class Response:
    """A status, headers, and a body that is either at hand or produced piece by piece.

    A produced body starts before the head is sent: a failure before its first piece becomes an ordinary error answer.
    When the client goes away the producing generator is cancelled.
    """

    status: int = 200
    body: bytes | AsyncIterator[bytes] = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


def json_response(value: object, status: int = 200) -> Response:
    """Encode a value; bytes of file names that are not UTF-8 show as U+FFFD."""
    try:
        content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        content = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()
    return Response(status, content, [("Content-Type", "application/json; charset=utf-8")])


def error_response(error: ExecdError) -> Response:
    """Wrap an error in the envelope of this service."""
    return json_response({"code": error.code, "message": error.message}, error.status)


def text_response(text: str, status: int = 200) -> Response:
    """Answer with plain text."""
    return Response(status, text.encode(), [("Content-Type", "text/plain; charset=utf-8")])


OUTPUT_HEADER = "EXECD-OUTPUT"
"""An extension: `lines` says that each piece of output is a line, and that one which does not end says so."""


def event_stream(events: AsyncIterator[bytes], *, by_line: bool = False) -> Response:
    """Answer with an execution stream: bare JSON events, each followed by a blank line."""
    headers = [
        *([(OUTPUT_HEADER, "lines")] if by_line else []),
        ("Content-Type", "text/event-stream"),
        ("Cache-Control", "no-cache"),
        ("Connection", "keep-alive"),
        ("X-Accel-Buffering", "no"),
    ]
    return Response(200, events, headers)
