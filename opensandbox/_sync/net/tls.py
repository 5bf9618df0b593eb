# Generated from opensandbox/_async/net/tls.py by scripts/unasync.py. Do not edit.
"""The TLS context that the settings `verify`, `cert` and `trust_env` ask for; httpx takes nothing but a context without warning."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import httpx

from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from opensandbox._sync.net.transports import Settings


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Return a context for encrypted connections; raises `InvalidArgumentException` for files that cannot be used."""
    context = _trusting(settings.verify, trust_env=settings.trust_env)
    if settings.cert is None:
        return context
    if context is settings.verify:
        raise InvalidArgumentException(
            "cert cannot be added to an SSLContext passed as verify; call load_cert_chain() on that context instead"
        )
    chain = (settings.cert,) if isinstance(settings.cert, str) else settings.cert
    try:
        context.load_cert_chain(*chain)
    except (OSError, TypeError) as exc:
        # Without the password, should there be one.
        raise InvalidArgumentException(
            f"cert cannot be used: {exc} ({', '.join(map(repr, chain[:2]))}); give a PEM file with certificate and key, "
            "or both in files of their own",
            cause=exc,
        ) from exc
    return context


def _trusting(verify: bool | str | ssl.SSLContext, *, trust_env: bool) -> ssl.SSLContext:
    if isinstance(verify, ssl.SSLContext):
        return verify
    if not isinstance(verify, str):
        return httpx.create_ssl_context(verify=verify, trust_env=trust_env)
    try:
        if os.path.isdir(verify):
            return ssl.create_default_context(capath=verify)
        return ssl.create_default_context(cafile=verify)
    except OSError as exc:
        raise InvalidArgumentException(
            f"verify cannot be used: {exc} ({verify!r}); give a PEM file or a directory of authorities, "
            "or True for the usual ones",
            cause=exc,
        ) from exc
