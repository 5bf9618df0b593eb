"""What a server can be started with, as text: from a command line, or from `LocalServer`. Checked, it becomes `ServerSettings`."""

from __future__ import annotations

import contextlib
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from opensandbox.config.local_servers import default_state_dir, kept_key
from opensandbox.local.egress.resolver import parse_pin
from opensandbox.local.images.names import DEFAULT_REGISTRY
from opensandbox.local.manners import MANNERS, MANNERS_VARIABLE
from opensandbox.local.settings import (
    DEFAULT_START,
    DEFAULT_USERS,
    PULLS,
    START_VARIABLE,
    STARTS,
    USERS,
    USERS_VARIABLE,
    ServerSettings,
    is_loopback,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
U = TypeVar("U")
W = TypeVar("W", bound=str)

API_KEY_VARIABLE = "OPEN_SANDBOX_API_KEY"


class OptionError(ValueError):
    """An option has a value that cannot be; the message names both."""

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(f"--{option}: {reason}")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The options of a server, by their names on the command line; `settings` checks them."""

    host: str = "127.0.0.1"
    port: int = 8080
    api_key: str | None = None
    no_key: bool = False
    state_dir: str | None = None
    image: Sequence[str] = ()
    image_dir: str | None = None
    pull: str = "never"
    strict_images: bool = False
    registry: str = DEFAULT_REGISTRY.name
    mirror: str | None = None
    registry_ca: str | None = None
    mount: Sequence[str] = ()
    spares: int = 2
    idle: float | None = None
    resolve: Sequence[str] = ()
    upstream_ca: str | None = None
    packages: Sequence[str] = ()
    manners: str | None = None
    start: str | None = None
    users: str | None = None
    pause_after: float | None = None
    verbose: bool = False

    def settings(self, state_dir: Path, *, managed: bool) -> ServerSettings:
        """Return what the server gets. A managed one has the key that it was given, or none.

        Raises `OptionError`, and ValueError for what no single option is to blame for.
        """
        from opensandbox.local.requirements import check_packages  # which the extra brings

        return ServerSettings(
            state_dir=state_dir,
            host=self.host,
            port=_checked("port", _port, self.port),
            api_key=self._key(state_dir, managed=managed),
            images=dict(_checked("image", image, text) for text in self.image),
            image_dir=self._image_dir(managed=managed),
            pull=_one_of("pull", self.pull, PULLS),
            strict_images=self.strict_images,
            registry=self.registry,
            mirror=self.mirror,
            registry_ca=None
            if self.registry_ca is None
            else _checked("registry-ca", _certificates, self.registry_ca),
            mounts=tuple(_checked("mount", directory, text) for text in self.mount),
            spares=_checked("spares", _count, self.spares),
            idle=_checked("idle", _seconds, self.idle),
            resolve=dict(_checked("resolve", parse_pin, text) for text in self.resolve),
            upstream_ca=None
            if self.upstream_ca is None
            else _checked("upstream-ca", _certificates, self.upstream_ca),
            packages=check_packages(list(self.packages)),
            pause_after=_checked("pause-after", _seconds, self.pause_after),
            manners=_one_of("manners", self.manners or os.environ.get(MANNERS_VARIABLE) or "kind", MANNERS),
            start=_one_of("start", self.start or os.environ.get(START_VARIABLE) or DEFAULT_START, STARTS),
            users=_one_of("users", self.users or os.environ.get(USERS_VARIABLE) or DEFAULT_USERS, USERS),
        )

    def _image_dir(self, *, managed: bool) -> Path | None:
        """A server whose state is gone with it uses the images of this user."""
        if self.image_dir is not None:
            return Path(self.image_dir).expanduser().absolute()
        if managed and self.state_dir is None:
            with contextlib.suppress(RuntimeError):
                return default_state_dir() / "images"
        return None

    @property
    def given_key(self) -> str | None:
        """The key of whoever starts the server."""
        return self.api_key or os.environ.get(API_KEY_VARIABLE) or None

    def _key(self, state_dir: Path, *, managed: bool) -> str | None:
        if self.no_key:
            if self.api_key:
                raise ValueError("--no-key and --api-key exclude each other; leave one of them out")
            if not is_loopback(self.host):
                raise ValueError(
                    f"--no-key would let every machine in that reaches {self.host}; leave it out"
                )
            return None
        if self.given_key or managed:
            return self.given_key
        try:
            return kept_key(state_dir)
        except OSError as error:
            raise ValueError(f"the key cannot be kept in the state directory: {error}") from error


def image(text: str) -> tuple[str, Path | str]:
    """Read NAME=SOURCE. ValueError where it is not, or where there is no such directory or file."""
    name, equals, source = text.partition("=")
    if not equals or not name:
        raise ValueError(f"{text!r} is not of the form NAME=DIR, NAME=FILE or NAME=docker://IMAGE")
    if source.startswith("docker://"):
        return name, source
    path = Path(source).expanduser().absolute()
    if not path.exists():
        raise ValueError(f"{source!r} is not a directory, a file or docker://IMAGE")
    return name, path


def directory(text: str) -> Path:
    """Read the path of a directory that exists. ValueError otherwise."""
    path = Path(text).expanduser().absolute()
    if not path.is_dir():
        raise ValueError(f"{text!r} is not a directory")
    return path


def _checked(option: str, check: Callable[[T], U], value: T) -> U:
    try:
        return check(value)
    except ValueError as error:
        raise OptionError(option, str(error)) from None


def _one_of(option: str, text: str, words: Sequence[W]) -> W:
    for word in words:
        if text == word:
            return word
    raise OptionError(option, f"{text!r} is not one of {', '.join(words)}")


def _port(number: int) -> int:
    if not 0 <= number <= 65535:
        raise ValueError(f"{number} is not a port from 0 to 65535")
    return number


def _count(number: int) -> int:
    if number < 0:
        raise ValueError(f"{number} is not a whole number of at least 0")
    return number


def _seconds(seconds: float | None) -> float | None:
    if seconds is not None and not 0 < seconds < float("inf"):
        raise ValueError(f"{seconds:g} is not a number of seconds above 0")
    return seconds


def _certificates(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        raise ValueError(f"{text!r} is no file of certificates in PEM: {error}") from None
    return path
