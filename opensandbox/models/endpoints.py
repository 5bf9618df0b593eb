"""The address of a port in a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr

from opensandbox._core.names import tells_keywords
from opensandbox.constants import API_KEY_HEADER
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.base import Answer

if TYPE_CHECKING:
    from opensandbox.config import ConnectionConfig, ConnectionConfigSync

_LOOPBACK = frozenset(["localhost", "127.0.0.1", "::1"])


@tells_keywords
@dataclass(frozen=True, slots=True)
class EndpointRoute:
    """How a port is to be reached. Make one with a class method: there is no route that is signed and proxied.

    `direct()`: straight to the deployment's gateway or host, with the headers of the endpoint.
    `through_server()`: by way of the lifecycle server, with its API key; only that server has to be reachable.
    `signed(expires)`: an address that lets anybody in without headers until the Unix time `expires`.

        endpoint = await sandbox.get_endpoint(8000, EndpointRoute.signed(int(time.time()) + 3600))
    """

    kind: Literal["direct", "server", "signed"]
    expires: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("direct", "server", "signed"):
            raise InvalidArgumentException(f"kind must be 'direct', 'server' or 'signed', not {self.kind!r}")
        if (self.kind == "signed") != (self.expires is not None):
            raise InvalidArgumentException(
                f"a {self.kind} route cannot have expires={self.expires!r}; use EndpointRoute.signed(expires) for one that ends"
            )

    @classmethod
    def direct(cls) -> Self:
        """Return the route that does not lead through the lifecycle server."""
        return cls("direct")

    @classmethod
    def through_server(cls) -> Self:
        """Return the route by way of the lifecycle server."""
        return cls("server")

    @classmethod
    def signed(cls, expires: int) -> Self:
        """Return the route whose address is all that a caller needs, until the Unix time `expires` (whole seconds)."""
        return cls("signed", expires)


class SandboxEndpoint(Answer):
    """Where a port of a sandbox can be reached.

    `endpoint` is host, port and perhaps a path, without a scheme (the one of the connection config
    applies). Every request there has to carry `headers`; they may hold tokens, so `repr` leaves them
    out. `origin` tells what the sandbox was made from, where the server says so.
    """

    endpoint: str
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    origin: str | None = None

    # Whether the address leads through the lifecycle server; only who asked for it can know.
    _through_server: bool | None = PrivateAttr(default=None)

    def build_request_headers(
        self, connection_config: ConnectionConfig | ConnectionConfigSync
    ) -> dict[str, str]:
        """Return all headers for a request to this address, for clients other than the SDK's own.

        The endpoint's headers win over the configured ones. The API key goes along only where the address leads through
        the server, and only to the host of `domain`: as the route says with which the endpoint was asked for, or, for an endpoint that was made by hand, as
        `use_server_proxy` says.

            endpoint = await sandbox.get_endpoint(8000)
            httpx.get(f"http://{endpoint.endpoint}/", headers=endpoint.build_request_headers(config))
        """
        through_server = self._through_server
        if through_server is None:
            through_server = connection_config.use_server_proxy
        else:
            through_server = through_server and self._is_at(connection_config.get_base_url())
        api_key = connection_config.get_api_key() if through_server else ""
        configured = {"User-Agent": connection_config.user_agent, **connection_config.headers}
        merged: dict[str, tuple[str, str]] = {}
        for group in (configured, self.headers):
            merged |= {name.lower(): (name, value) for name, value in group.items()}
        # A key among the configured headers is meant for the server, not for the sandbox.
        merged.pop(API_KEY_HEADER.lower(), None)
        headers = dict(merged.values())
        if api_key:
            headers[API_KEY_HEADER] = api_key
        return headers

    def _is_at(self, server: str) -> bool:
        """Tell whether the address is on the host of a server, which alone may see what is meant for it."""
        here, there = urlsplit(f"//{self.endpoint}").hostname, urlsplit(server).hostname
        return here == there or {here, there} <= _LOOPBACK
