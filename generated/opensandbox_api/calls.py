# Written by scripts/generate.py from openapi/package/calls.py. Do not edit; change the source and run `make gen`.
"""What an operation needs of a client: protocols, so that anything which sends a request can be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypedDict, TypeVar

from .errors import UnexpectedStatus
from .types import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
    from typing import Unpack

    import httpx

    from .types import RequestFiles

T = TypeVar("T")

QueryValue = str | int | float | bool | None


class Parts(TypedDict, total=False):
    """A request but for its method and address. Every member is an argument of `httpx.Client.request`."""

    params: Mapping[str, QueryValue | Sequence[QueryValue]]
    headers: Mapping[str, str]
    cookies: dict[str, str]
    json: object
    content: str | bytes | Iterable[bytes] | AsyncIterable[bytes]
    data: Mapping[str, object]
    files: RequestFiles


class Request(Parts):
    """A request, as `request_of` of an operation returns it."""

    method: str
    url: str


class Sender(Protocol):
    """Sends a request and waits for the whole answer: `httpx.Client` is one."""

    def request(self, method: str, url: str, **parts: Unpack[Parts]) -> httpx.Response:
        """Send the request."""
        ...


class AsyncSender(Protocol):
    """Sends a request and waits for the whole answer: `httpx.AsyncClient` is one."""

    async def request(self, method: str, url: str, **parts: Unpack[Parts]) -> httpx.Response:
        """Send the request."""
        ...


class Judge(Protocol):
    """Says whether a status that the contract does not name is an error."""

    @property
    def raise_on_unexpected_status(self) -> bool:
        """Whether it is."""
        ...


class Caller(Judge, Protocol):
    """What `sync_detailed` takes for its client."""

    def get_httpx_client(self) -> Sender:
        """Return what sends the request."""
        ...


class AsyncCaller(Judge, Protocol):
    """What `asyncio_detailed` takes for its client."""

    def get_async_httpx_client(self) -> AsyncSender:
        """Return what sends the request."""
        ...


def answered(
    client: Judge, response: httpx.Response, read: Callable[[httpx.Response], T | None]
) -> Response[T]:
    """Return an answer with its body as `read` finds it.

    `read` raises `UnexpectedStatus` for a status without a place in the contract; the client decides whether that is passed on.
    """
    try:
        parsed = read(response)
    except UnexpectedStatus:
        if client.raise_on_unexpected_status:
            raise
        parsed = None
    return Response(response.status_code, response.content, response.headers, parsed)
