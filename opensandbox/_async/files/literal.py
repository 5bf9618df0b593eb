"""Paths whose `$` and `~` are characters like any others, although the daemon would expand them: they are reached by links."""

from __future__ import annotations

import shlex
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from opensandbox._async.files.transfers import discard, execute

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from opensandbox._async.files.transfers import Run


@asynccontextmanager
async def linked(run: Run, path: str, *, parents: bool) -> AsyncIterator[str]:
    """Yield a path that needs no expansion and leads to `path`, which need not exist; with `parents` its directory is made."""
    link = f"/tmp/.opensandbox-{token_hex(8)}"  # noqa: S108 - in the sandbox, and nobody can guess it
    target = _quoted(path)
    made = f'mkdir -p -- "$(dirname -- {target})" && ' if parents else ""
    await execute(run, f"{made}ln -s -- {target} {link}")
    try:
        yield link
    finally:
        await discard(run, link)


async def remove(run: Run, paths: Sequence[str], *, trees: bool) -> None:
    """Delete files, or with `trees` directories with all they hold, as the daemon would; what is missing is fine."""
    if paths:
        await execute(run, f"rm {'-rf' if trees else '-f'} -- {' '.join(map(_quoted, paths))}")


def _quoted(path: str) -> str:
    # The shell starts where the daemon resolves relative paths from.
    return shlex.quote(path) if path.startswith("/") else f'"$PWD"/{shlex.quote(path)}'
