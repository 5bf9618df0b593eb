"""The inner end of the way out: a listening socket for the server's proxy, and the variables that point programs to it."""

from __future__ import annotations

import socket
from pathlib import Path

BACKLOG = 1024

# Where distributions keep all trusted authorities in one file.
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_BUNDLE_VARIABLES = ("CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def listen(port: int) -> socket.socket:
    """A socket that listens on the loopback of this sandbox, for the server outside to accept on. Raises OSError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def proxy_variables(port: int) -> dict[str, str]:
    """The variables by which programs find a proxy, in both spellings."""
    proxy = f"http://127.0.0.1:{port}"
    own = f"localhost,127.0.0.1,::1,{socket.gethostname()}"
    names = {
        "HTTP_PROXY": proxy,
        "HTTPS_PROXY": proxy,
        "ALL_PROXY": proxy,
        "NO_PROXY": own,
    }
    lower = {name.lower(): value for name, value in names.items()}
    # Node's own `fetch` looks at the others only when it is told to.
    return {**names, **lower, "NODE_USE_ENV_PROXY": "1"}


def trust(certificates: str, directory: Path) -> dict[str, str]:
    """Make programs trust further authorities; returns the variables that do so.

    The system's own bundle is extended where it may be written; `directory` gets a bundle for everybody else.
    """
    directory.mkdir(mode=0o755, exist_ok=True)
    own = directory / "egress-ca.pem"
    own.write_text(certificates)
    system = next((path for path in map(Path, _SYSTEM_BUNDLES) if path.is_file()), None)
    usual = system.read_text("utf-8", "replace") if system else ""
    bundle = directory / "bundle.pem"
    bundle.write_text(f"{usual.rstrip()}\n{certificates}")
    if system is not None:
        try:
            with system.open("a") as file:
                file.write(f"\n{certificates}")
        except OSError:
            pass  # not ours to write: the server was started by an ordinary user
    return {**dict.fromkeys(_BUNDLE_VARIABLES, str(bundle)), "NODE_EXTRA_CA_CERTS": str(own)}
