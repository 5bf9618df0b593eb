"""`doctor` and `version`: what this machine can do, and what is installed on it."""

from __future__ import annotations

import platform
from dataclasses import asdict
from itertools import zip_longest

import typer

from opensandbox._version import __version__
from opensandbox.local.cli.output import AsJson, print_json
from opensandbox.local.cli.serve import StateDir

COLOURS = {"ok": "green", "limited": "yellow", "missing": "red"}


def doctor(state_dir: StateDir = None, as_json: AsJson = False) -> int:
    """Say what this machine can isolate, limit, map and filter, and what to do about the rest.

    The exit status is 1 where no server can start.
    """
    from opensandbox.config.local_servers import running_servers
    from opensandbox.local.cli.checks import findings
    from opensandbox.local.startup import state_dir_of

    found = list(findings(state_dir_of(state_dir)))
    servers = running_servers()
    able = all(finding.outcome != "missing" for finding in found)
    if as_json:
        addresses = [server.address for server in servers]
        print_json({"able": able, "findings": [asdict(each) for each in found], "servers": addresses})
        return 0 if able else 1
    for each, following in zip_longest(found, found[1:]):
        word = typer.style(f"{each.outcome:<8}", fg=COLOURS[each.outcome])
        typer.echo(f"{word} {each.about:<16} {each.says}")
        if each.advice and (following is None or following.advice != each.advice):
            typer.echo(f"{'':<25} {each.advice}")
    for server in servers:
        typer.echo(f"{'running':<8} {'your server':<16} {server.address}, state in {server.state_dir}")
    typer.echo("" if able else "\nNo server can start here before what is missing is mended.", nl=not able)
    return 0 if able else 1


def version(as_json: AsJson = False) -> None:
    """Print the versions of this package and of Python."""
    if as_json:
        print_json({"opensandbox": __version__, "python": platform.python_version()})
    else:
        typer.echo(f"opensandbox {__version__}, Python {platform.python_version()}")
