"""The address of a port in a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from opensandbox.constants import API_KEY_HEADER
from opensandbox.models.base import Answer

if TYPE_CHECKING:
    from opensandbox.config import ConnectionConfig, ConnectionConfigSync


class SandboxEndpoint(Answer):
    """Where a port of a sandbox can be reached.

    `endpoint` is host, port and perhaps a path, without a scheme (the one of the connection config
    applies). Every request there has to carry `headers`; they may hold tokens, so `repr` leaves them
    out. `origin` tells what the sandbox was made from, where the server says so.
    """

    endpoint: str
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    origin: str | None = None

    def build_request_headers(
        self, connection_config: ConnectionConfig | ConnectionConfigSync
    ) -> dict[str, str]:
        """Return all headers for a request to this address, for clients other than the SDK's own.

        The endpoint's headers win over the configured ones. The API key goes along only with
        `use_server_proxy`, where the address leads through the server.

            endpoint = await sandbox.get_endpoint(8000)
            httpx.get(f"http://{endpoint.endpoint}/", headers=endpoint.build_request_headers(config))
        """
        api_key = connection_config.get_api_key() if connection_config.use_server_proxy else ""
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
