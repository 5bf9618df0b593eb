"""`opensandbox-local`, the same as `python -m opensandbox.local`: the embedded server from a shell. `cli` has the commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from opensandbox.local import startup

if TYPE_CHECKING:
    from collections.abc import Sequence

MANAGED = "--managed"
"""What `LocalServer` calls it with, and its options as JSON. It does without the command line's libraries, which take long to load."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit status. Without a command it serves."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == [MANAGED]:
        return startup.run_managed(words[1])
    try:
        from opensandbox.local.cli.app import run
    except ImportError as error:
        return startup.fail(f"{error}; {startup.NEEDS_EXTRA}")
    return run(words)


if __name__ == "__main__":
    sys.exit(main())
