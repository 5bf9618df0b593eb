"""Public addresses of sandbox ports: how they are written, signed and read back.

Three forms, all below the address of the server itself:

    /gateway/{sandbox}/{port}/…                      what an endpoint lookup answers
    /gateway/signed/{sandbox}/{port}/{exp}/{sig}/…   the same, valid until `exp`
    {mount}/sandboxes/{sandbox}/proxy/{port}/…       with `use_server_proxy=true`
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace

_ID = r"(?P<sandbox>[A-Za-z0-9][A-Za-z0-9-]*)"
_REST = r"(?P<rest>/.*)?"
_PORT = r"(?P<port>\d{1,10})"
_FORMS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"(?P<prefix>/gateway/signed/{_ID}/{_PORT}/(?P<exp>[0-9a-z]{{1,13}})/(?P<sig>[0-9a-f]{{8}}[0-9a-z]))(?![^/]){_REST}",
        rf"(?P<prefix>/gateway/{_ID}/{_PORT})(?![^/]){_REST}",
        rf"(?P<prefix>(?:/v1)?/sandboxes/{_ID}/(?P<via>proxy)/{_PORT})(?![^/]){_REST}",
    )
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_KEY_ID = "0"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request wants to go. `prefix` is the part of the path that belongs to the server, `path` the rest."""

    sandbox_id: str
    port: int
    prefix: str
    path: str
    server_proxy: bool = False
    expires: str | None = None
    signature: str | None = None


def through_daemon(target: Target) -> Target | None:
    """Where a daemon passes a request on to, whose path is `/proxy/{port}/…`; None for any other path.

    A ValueError for one without a port.
    """
    if target.path != "/proxy" and not target.path.startswith("/proxy/"):
        return None
    port, slash, rest = target.path.removeprefix("/proxy").removeprefix("/").partition("/")
    if not (port.isascii() and port.isdecimal()) or len(port) > 5:
        raise ValueError(f"{target.path!r} names no port")
    prefix = f"{target.prefix}/proxy/{port}"
    return replace(
        target, port=int(port), prefix=prefix, path=slash + rest or "/", expires=None, signature=None
    )


def parse(path: str) -> Target | None:
    """The target of a raw (still percent-encoded) request path; None for a path of the API."""
    for form in _FORMS:
        if found := form.fullmatch(path):
            parts = found.groupdict()
            return Target(
                sandbox_id=parts["sandbox"],
                port=int(parts["port"]),
                prefix=parts["prefix"],
                path=parts["rest"] or "/",
                server_proxy=parts.get("via") is not None,
                expires=parts.get("exp"),
                signature=parts.get("sig"),
            )
    return None


def gateway(host: str, sandbox_id: str, port: int) -> str:
    """The ordinary address of a port."""
    return f"{host}/gateway/{sandbox_id}/{port}"


def server_proxy(host: str, mount: str, sandbox_id: str, port: int) -> str:
    """The address of a port below the mount prefix of the API itself."""
    return f"{host}{mount}/sandboxes/{sandbox_id}/proxy/{port}"


class Signer:
    """Signs addresses with a secret of this server process, and checks them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def gateway(self, host: str, sandbox_id: str, port: int, expires: int) -> str:
        """The address of a port, valid until the Unix time `expires`."""
        exp = _base36(expires)
        return f"{host}/gateway/signed/{sandbox_id}/{port}/{exp}/{self._sign(sandbox_id, port, exp)}"

    def valid(self, target: Target, now: float) -> bool:
        """Whether the signature of a target is ours and the time has not come yet."""
        if target.expires is None or target.signature is None:
            return False
        expected = self._sign(target.sandbox_id, target.port, target.expires)
        return hmac.compare_digest(expected, target.signature) and now < int(target.expires, 36)

    def _sign(self, sandbox_id: str, port: int, exp: str) -> str:
        canonical = "".join(f"{part}\n" for part in ("v1", "short", sandbox_id, port, exp)).encode()
        digest = hashlib.sha256()
        for part in (self._secret, canonical):
            digest.update(len(part).to_bytes(4, "big") + part)
        return digest.hexdigest()[:8] + _KEY_ID


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
