"""Well-known ports and header names."""

from typing import Final

DEFAULT_EXECD_PORT: Final = 44772
"""Port of the daemon that runs commands and moves files in every sandbox."""

DEFAULT_EGRESS_PORT: Final = 18080
"""Port of the sidecar that decides on outgoing connections and holds the credential vault."""

API_KEY_HEADER: Final = "OPEN-SANDBOX-API-KEY"
"""Header that carries the API key to the server."""
