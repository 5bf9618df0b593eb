# Generated from opensandbox/_async/files/literal.py by scripts/unasync.py. Do not edit.
"""Paths whose `$` and `~` are characters like any others, although the daemon would expand them: they are reached by links."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from opensandbox._sync.files.transfers import discard, execute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opensandbox._sync.files.transfers import Run


@contextmanager
def linked(run: Run, path: str, *, parents: bool) -> Iterator[str]:
    """Yield a path that needs no expansion and leads to `path`, which need not exist; with `parents` its directory is made."""
    link = f"/tmp/.opensandbox-{token_hex(8)}"  # noqa: S108 - in the sandbox, and nobody can guess it
    target = _quoted(path)
    made = f'mkdir -p -- "$(dirname -- {target})" && ' if parents else ""
    execute(run, f"{made}ln -s -- {target} {link}")
    try:
        yield link
    finally:
        discard(run, link)


def remove(run: Run, paths: Sequence[str], *, trees: bool) -> None:
    """Delete files, or with `trees` directories with all they hold, as the daemon would; what is missing is fine."""
    if paths:
        execute(run, f"rm {'-rf' if trees else '-f'} -- {' '.join(map(_quoted, paths))}")


def _quoted(path: str) -> str:
    # The shell starts where the daemon resolves relative paths from.
    return shlex.quote(path) if path.startswith("/") else f'"$PWD"/{shlex.quote(path)}'
