"""`serve` and `clear`: the server itself, and what it keeps for the next one."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from opensandbox.local.cli.output import AsJson
from opensandbox.local.images.names import DEFAULT_REGISTRY
from opensandbox.local.manners import MANNERS, MANNERS_VARIABLE
from opensandbox.local.options import API_KEY_VARIABLE, ServerOptions
from opensandbox.local.settings import (
    DEFAULT_START,
    DEFAULT_USERS,
    PULLS,
    START_VARIABLE,
    STARTS,
    USERS,
    USERS_VARIABLE,
)
from opensandbox.local.startup import finish, run_server

if TYPE_CHECKING:
    from opensandbox.local.settings import ServerSettings

WHO, WHAT, HOW = "Who may use it", "What sandboxes get", "How it behaves"

Packages = Annotated[
    list[str],
    typer.Option(
        "--packages",
        metavar="NAME ...",
        help="Requirements that pip installs for every sandbox: once, then kept. End the list with another option or --.",
        show_default=False,
    ),
]
StateDir = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="Where sandboxes, snapshots and named volumes live (default: $XDG_STATE_HOME/opensandbox, which is "
        "~/.local/state/opensandbox).",
    ),
]
FromRegistry = Annotated[
    str,
    typer.Option(
        "--registry",
        metavar="HOST",
        help="Registry that short names of images belong to.",
        rich_help_panel=WHAT,
    ),
]
Mirror = Annotated[
    str | None,
    typer.Option(
        metavar="HOST", help=f"Registry to ask before {DEFAULT_REGISTRY.name}.", rich_help_panel=WHAT
    ),
]
RegistryCa = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Certificate authorities (PEM) that vouch for registries, beyond the usual ones.",
        rich_help_panel=WHAT,
    ),
]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.", rich_help_panel=WHO)] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any.", rich_help_panel=WHO)] = 8080,
    api_key: Annotated[
        str | None,
        typer.Option(
            help=f"Key that clients must send (default: ${API_KEY_VARIABLE}; else a random one, kept in the state "
            "directory, which clients of the same user on this machine find).",
            rich_help_panel=WHO,
        ),
    ] = None,
    no_key: Annotated[
        bool,
        typer.Option(
            "--no-key",
            help="Ask for no key: every program of this machine, those of other users too, can then create sandboxes "
            "with your rights, and mount what --mount names. Requests of web pages are refused all the same.",
            rich_help_panel=WHO,
        ),
    ] = False,
    state_dir: StateDir = None,
    image: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=DIR|FILE|docker://IMAGE",
            help="What to use for an image name: a root directory, an archive of `docker save`, an OCI archive or layout, or an "
            "image of a registry. Names without an image run on the programs of this machine.",
            rich_help_panel=WHAT,
            show_default=False,
        ),
    ] = [],
    pull: Annotated[
        str,
        typer.Option(
            metavar="|".join(PULLS),
            help="When to pull the image that a sandbox asks for: never, where it is missing, or always.",
            rich_help_panel=WHAT,
        ),
    ] = "never",
    strict_images: Annotated[
        bool,
        typer.Option(
            "--strict-images",
            help="Refuse images that are not there, instead of running on the programs of this machine.",
            rich_help_panel=WHAT,
        ),
    ] = False,
    registry: FromRegistry = DEFAULT_REGISTRY.name,
    mirror: Mirror = None,
    registry_ca: RegistryCa = None,
    mount: Annotated[
        list[str],
        typer.Option(
            metavar="DIR", help="Allow volumes from below DIR.", rich_help_panel=WHAT, show_default=False
        ),
    ] = [],
    packages: Packages = [],
    resolve: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=ADDRESS[:PORT]",
            help="Where a name leads that sandboxes ask for, on this machine too, instead of looking it up.",
            rich_help_panel=WHAT,
            show_default=False,
        ),
    ] = [],
    upstream_ca: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Certificate authorities (PEM) that the egress proxy and the sandboxes trust beyond the usual ones.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    spares: Annotated[int, typer.Option(help="Sandboxes kept started in advance.", rich_help_panel=HOW)] = 2,
    idle: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", help="End when unused for so long (default: never).", rich_help_panel=HOW
        ),
    ] = None,
    pause_after: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Pause sandboxes that have an idle time after so long instead, to test programs that live with that.",
            rich_help_panel=HOW,
        ),
    ] = None,
    manners: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(MANNERS),
            help="Behave like a real server and daemon, or an old one, where the contract leaves a choice "
            f"(default: ${MANNERS_VARIABLE}, else kind).",
            rich_help_panel=HOW,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(STARTS),
            help="Fork the daemons of sandboxes from one process, which is fast, or start each anew "
            f"(default: ${START_VARIABLE}, else {DEFAULT_START}).",
            rich_help_panel=HOW,
        ),
    ] = None,
    users: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(USERS),
            help="Users of sandboxes: a range of ids that are nobody on this machine, where it has one, or one user "
            f"(default: ${USERS_VARIABLE}, else {DEFAULT_USERS}).",
            rich_help_panel=HOW,
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Log more than warnings.", rich_help_panel=HOW)
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Run the server until Ctrl-C, SIGTERM or the idle limit; every sandbox ends with it."""
    options = ServerOptions(
        host=host,
        port=port,
        api_key=api_key,
        no_key=no_key,
        state_dir=state_dir,
        image=image,
        pull=pull,
        strict_images=strict_images,
        registry=registry,
        mirror=mirror,
        registry_ca=registry_ca,
        mount=mount,
        spares=spares,
        idle=idle,
        resolve=resolve,
        upstream_ca=upstream_ca,
        packages=packages,
        manners=manners,
        start=start,
        users=users,
        pause_after=pause_after,
        verbose=verbose,
    )

    def ready(settings: ServerSettings, address: str) -> None:
        from opensandbox.local.cli.banner import banner

        if as_json:
            facts = {"address": address, "pid": os.getpid(), "state_dir": str(settings.state_dir)}
            print(json.dumps({**facts, "api_key": settings.api_key}), flush=True)
        else:
            print(banner(settings, address, given=options.given_key is not None), flush=True)

    return run_server(options, ready=ready, report=_report)


def clear(state_dir: StateDir = None, as_json: AsJson = False) -> int:
    """Remove the packages that are kept and that no server uses."""
    from opensandbox.local.startup import state_dir_of

    async def work() -> None:
        from opensandbox.local.runtime import remove_packages

        removed = await remove_packages(state_dir_of(state_dir))
        print(json.dumps({"said": removed}) if as_json else removed)

    return finish(work)


def _report(text: str) -> None:
    """Say what takes long before the server is ready."""
    print(f"opensandbox-local: {text}", file=sys.stderr)
