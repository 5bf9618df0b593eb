"""A pool entry's cached endpoint, stored with the idle sandbox so that `acquire` saves a lookup."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opensandbox._core.network.endpoints import check_endpoint

if TYPE_CHECKING:
    from opensandbox.models.sandboxes import SandboxEndpoint


def encode_endpoint(endpoint: SandboxEndpoint, *, use_server_proxy: bool) -> str:
    """Return the endpoint as text for the store. It holds the headers of the endpoint, which may be secret, as the store is."""
    noted = {"endpoint": endpoint.endpoint, "headers": endpoint.headers, "origin": endpoint.origin}
    return json.dumps({**noted, "proxy": use_server_proxy}, separators=(",", ":"))


def decode_endpoint(encoded: str | None, *, use_server_proxy: bool) -> SandboxEndpoint | None:
    """Return the address, unless it cannot be read or leads another way than the reader's."""
    from opensandbox.models.sandboxes import SandboxEndpoint

    if encoded is None:
        return None
    try:
        noted = json.loads(encoded)
        if noted["proxy"] is not use_server_proxy:
            return None
        check_endpoint(noted["endpoint"], noted["headers"], None)
        return SandboxEndpoint(endpoint=noted["endpoint"], headers=noted["headers"], origin=noted["origin"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # of a later version of this package, say
