"""Who pulls: credentials of a caller, or of Docker's configuration."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opensandbox.local.images.errors import ImageError
from opensandbox.local.images.names import DEFAULT_REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

_HELPER_PATIENCE = 30.0


@dataclass(frozen=True)
class Login:
    """A user of a registry."""

    username: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The value of an `Authorization` header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


def kept_login(registry: str) -> Login | None:
    """What `docker login` has kept for a registry: in `config.json`, or with a credential helper.

    Raises ImageError for a configuration or a helper that does not work.
    """
    file = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    try:
        config = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ImageError(f"{file} cannot be read: {error}") from error
    try:
        for key in _keys(registry):
            helper = (config.get("credHelpers") or {}).get(key) or config.get("credsStore")
            if helper and (login := _asked(str(helper), key)):
                return login
            if entry := (config.get("auths") or {}).get(key):
                return _decoded(entry)
    except (AttributeError, ValueError) as error:
        raise ImageError(f"{file} is not what Docker writes: {error}") from error
    return None


def _keys(registry: str) -> Iterator[str]:
    yield registry
    yield f"https://{registry}"
    if registry == DEFAULT_REGISTRY.name:
        yield f"https://index.{registry}/v1/"


def _decoded(entry: dict[str, Any]) -> Login | None:
    if auth := entry.get("auth"):
        username, _, password = base64.b64decode(auth, validate=True).decode().partition(":")
        return Login(username, password)
    if given := entry.get("username"):
        return Login(given, entry.get("password") or "")
    return None


def _asked(helper: str, key: str) -> Login | None:
    """Ask a credential helper, which knows nothing of most registries."""
    try:
        said = subprocess.run(
            [f"docker-credential-{helper}", "get"],
            input=key,
            capture_output=True,
            text=True,
            timeout=_HELPER_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageError(
            f"the credential helper docker-credential-{helper} does not work: {error}"
        ) from error
    if said.returncode:
        return None
    told = json.loads(said.stdout)
    return Login(told["Username"], told["Secret"])
