"""Which server a command asks, and which sandbox it means."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from opensandbox.local.cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox import SandboxManagerSync, SandboxSync
    from opensandbox.config import ConnectionConfigSync
    from opensandbox.config.local_servers import RunningServer
    from opensandbox.models import SandboxInfo

DOMAIN_VARIABLE = "OPEN_SANDBOX_DOMAIN"
DEFAULT_PORT = 8080
NAME_LABEL = "opensandbox-name"
OVER = ("Terminated", "Failed")
"""States of sandboxes that have ended."""
SHORT = 12
"""Characters of an id that tables show."""

Domain = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help=f"Server to ask, or its port on this machine (default: ${DOMAIN_VARIABLE}, else your server that runs here).",
    ),
]


def complete_sandbox(incomplete: str) -> list[tuple[str, str]]:
    """Return what may follow as a sandbox, each with its image and state; nothing where there is no server."""
    try:
        with asking(None) as manager:
            return [
                (info.id, f"{image_of(info)}, {info.status.state}")
                for info in manager.iter_sandbox_infos({})
                if info.id.startswith(incomplete) and info.status.state not in OVER
            ]
    except Exception:
        return []


Which = Annotated[
    str,
    typer.Argument(
        metavar="SANDBOX",
        help="Id of a sandbox, the beginning of one, or a name given by get_or_create.",
        autocompletion=complete_sandbox,
        show_default=False,
    ),
]


def find_connection(domain: str | None) -> ConnectionConfigSync:
    """Return how to reach the server that is named, or this user's own. `CommandError` where none runs, or several do."""
    from opensandbox.config import ConnectionConfigSync

    domain = domain or os.environ.get(DOMAIN_VARIABLE)
    if domain is not None:
        return ConnectionConfigSync(domain=f"localhost:{domain}" if domain.isdecimal() else domain)
    return connection_to(find_server())


def connection_to(server: RunningServer) -> ConnectionConfigSync:
    """Return how to reach a server of this user, past any proxy."""
    from opensandbox.config import ConnectionConfigSync

    # What is listened on is not always what can be connected to.
    host = server.address.rpartition(":")[0]
    address = f"127.0.0.1:{server.port}" if host in ("0.0.0.0", "[::]") else server.address  # noqa: S104
    return ConnectionConfigSync(
        domain=address, api_key=server.api_key or "", protocol="http", trust_env=False
    )


def find_server() -> RunningServer:
    """Return this user's server: the only one, or that on the port that clients use unless told. `CommandError` otherwise."""
    from opensandbox.config.local_servers import running_servers

    servers = running_servers()
    if not servers:
        raise CommandError(
            "no server of yours runs on this machine; start one with opensandbox-local, or name one with --domain HOST:PORT"
        )
    usual = [server for server in servers if server.port == DEFAULT_PORT]
    if len(servers) > 1 and not usual:
        known = ", ".join(f"{server.port} ({server.state_dir})" for server in servers)
        raise CommandError(f"several servers of yours run: ports {known}; name one with --domain PORT")
    return (usual or servers)[0]


@contextmanager
def asking(domain: str | None) -> Iterator[SandboxManagerSync]:
    """Ask the server about its sandboxes during a block."""
    from opensandbox import SandboxManagerSync

    with SandboxManagerSync.create(find_connection(domain)) as manager:
        yield manager


@contextmanager
def inside(domain: str | None, which: str) -> Iterator[SandboxSync]:
    """Use a sandbox during a block. It is left as it is afterwards."""
    from opensandbox import SandboxSync

    with asking(domain) as manager:
        found = find_sandbox(manager, which)
        if found.status.state == "Paused":
            raise CommandError(f"sandbox {which} is paused; opensandbox-local resume {which} lets it go on")
        with SandboxSync.connect(found.id, manager.connection_config, skip_health_check=True) as sandbox:
            yield sandbox


def find_sandbox(manager: SandboxManagerSync, which: str) -> SandboxInfo:
    """Return the sandbox of an id, of a name, or of the beginning of an id. `CommandError` where that is none, or several."""
    found = list(manager.iter_sandbox_infos({}))
    ways = (
        [info for info in found if info.id == which],
        [info for info in found if (info.metadata or {}).get(NAME_LABEL) == which],
        [info for info in found if which and info.id.startswith(which)],
    )
    fitting = next(filter(None, ways), [])
    if not fitting:
        raise CommandError(f"there is no sandbox {which!r}; opensandbox-local ps lists those that there are")
    if len(fitting) > 1:
        raise CommandError(f"{which!r} fits {len(fitting)} sandboxes; give more of the id")
    return fitting[0]


def image_of(info: SandboxInfo) -> str:
    """Return what a sandbox was made from."""
    if info.image is not None:
        return info.image.image
    return f"snapshot:{info.snapshot_id}" if info.snapshot_id else "-"
