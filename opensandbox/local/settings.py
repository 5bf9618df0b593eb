"""What an embedded server is told at its start."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from opensandbox.local.images.names import DEFAULT_REGISTRY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from opensandbox.local.egress.resolver import Pinned
    from opensandbox.local.manners import Manners

Pull = Literal["never", "missing", "always"]
"""When images are pulled that a sandbox asks for."""
PULLS: tuple[Pull, ...] = get_args(Pull)

Start = Literal["fork", "exec"]
"""How daemons come to be: forked from one process that has them loaded, or each started anew."""
STARTS: tuple[Start, ...] = get_args(Start)
START_VARIABLE = "OPEN_SANDBOX_LOCAL_START"
DEFAULT_START: Start = "fork"

UsersInside = Literal["range", "one"]
"""Whether sandboxes have the users of a range of ids, where this machine can do that, or one, who is the server's outside."""
USERS: tuple[UsersInside, ...] = get_args(UsersInside)
USERS_VARIABLE = "OPEN_SANDBOX_LOCAL_USERS"
DEFAULT_USERS: UsersInside = "range"

INSTALL_TIMEOUT = 1800.0
"""Seconds after which the installation of packages is given up."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Settings of one server process.

    `state_dir` holds everything that the server writes; one server at a time. `images` maps image names to root
    directories, archives, or `docker://` names. `image_dir` is where images are kept, by default in the state directory. `pull` says when images are
    fetched that are not there, `strict_images` refuses them instead of using this machine's programs, `registry` is where short names belong,
    `mirror` what is asked before the default registry, and `registry_ca` a file of authorities (PEM) that vouch for registries. `mounts` are the host directories below which volumes may be mounted; none by default.
    `idle` is the number of seconds after which a server without sandboxes and requests ends by itself; None: never.
    `resolve` says where names lead that sandboxes ask for, instead of looking them up. `upstream_ca` is a file of
    certificate authorities (PEM) that the egress proxy and the sandboxes trust beyond the usual ones.
    `packages` are requirements, as `check_packages` returns them, that are installed for every sandbox. `pause_after`
    seconds take the place of the idle time of every policy that has one. `manners` is how it
    behaves where the contract leaves a choice. `start` says how the daemons of sandboxes come to be, `users`
    which users there are inside.
    """

    state_dir: Path
    host: str = "127.0.0.1"
    port: int = 8080
    api_key: str | None = None
    images: Mapping[str, Path | str] = field(default_factory=dict)
    image_dir: Path | None = None
    pull: Pull = "never"
    strict_images: bool = False
    registry: str = DEFAULT_REGISTRY.name
    mirror: str | None = None
    registry_ca: Path | None = None
    mounts: tuple[Path, ...] = ()
    spares: int = 2
    idle: float | None = None
    resolve: Mapping[str, Pinned] = field(default_factory=dict)
    upstream_ca: Path | None = None
    packages: tuple[str, ...] = ()
    pause_after: float | None = None
    manners: Manners = "kind"
    start: Start = DEFAULT_START
    users: UsersInside = DEFAULT_USERS

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without port and brackets, always means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
