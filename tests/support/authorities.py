"""Certificates for tests: an authority, and contexts of servers whose certificates it issued."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme


@cache
def authority() -> trustme.CA:
    """Return the authority that tests trust, and nobody else does."""
    return trustme.CA()


def authority_file(directory: Path) -> str:
    """Write the authority's certificate, and return where."""
    path = directory / "authority.pem"
    authority().cert_pem.write_to_path(path)
    return str(path)


def client_certificate(directory: Path) -> tuple[str, str]:
    """Write a certificate for a client and its key, and return where."""
    issued = authority().issue_cert("client.example.com")
    certificate, key = directory / "client.pem", directory / "client.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    return str(certificate), str(key)


def server_context(
    name: str = "localhost", *, expired: bool = False, asks_clients: bool = False
) -> ssl.SSLContext:
    """Return the context of a server with a certificate for `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    end = datetime.now(UTC) + timedelta(days=-1 if expired else 1)
    authority().issue_cert(name, not_before=end - timedelta(days=10), not_after=end).configure_cert(context)
    if asks_clients:
        authority().configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
