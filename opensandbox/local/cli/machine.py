"""`doctor` and `version`: what this machine can do, and what is installed on it."""

from __future__ import annotations

import platform

import typer

from opensandbox._version import __version__
from opensandbox.local.cli.output import AsJson, print_json


def version(as_json: AsJson = False) -> None:
    """Print the versions of this package and of Python."""
    if as_json:
        print_json({"opensandbox": __version__, "python": platform.python_version()})
    else:
        typer.echo(f"opensandbox {__version__}, Python {platform.python_version()}")
