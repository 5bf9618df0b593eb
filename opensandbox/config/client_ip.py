"""The client-address header, for programs that send it themselves. The SDK never does."""

from __future__ import annotations

from typing import Final

CLIENT_IP_HEADER: Final = "OPEN-SANDBOX-CLIENT-IP"


def get_client_ip() -> str:
    """Return the empty string: the SDK does not look up its host's address."""
    return ""


def detect_outbound_ip() -> str:
    """Return the empty string: the SDK does not look up its host's address."""
    return ""


def apply_client_ip(headers: dict[str, str]) -> dict[str, str]:
    """Return `headers` as they are."""
    return headers
