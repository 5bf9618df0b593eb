"""Writing that leaves alone what is there: a file that must be new, and text behind what a file holds.

Daemons only know how to write a whole file, so a shell in the sandbox does the step that must not go wrong.
"""

from __future__ import annotations

import shlex
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from opensandbox._async.files.transfers import discard, execute, look
from opensandbox._core.files import requests as decide
from opensandbox.exceptions import SandboxError, SandboxFileExistsException

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._async.files.service import FilesService
    from opensandbox._async.files.transfers import Run
    from opensandbox.models.filesystem import WriteEntry

_EXISTS: Final = 17
"""What the shell ends with where something is there already; the number is that of EEXIST."""

# With noclobber the shell opens a file with O_EXCL: of two who make it at the same time one does.
_CREATE: Final = """\
if [ -e {0} ] || [ -L {0} ]; then exit 17; fi
(set -C; : > {0}) && exit 0
if [ -e {0} ]; then exit 17; fi
exit 1"""

_APPEND: Final = """\
if [ -e {0} ]; then new=; else new=new; fi
cat < {1} >> {0} || exit 1
[ -z "$new" ] || {{ {2}; }}"""


async def create(
    files: FilesService, run: Run, entry: WriteEntry, write: Callable[[], Awaitable[None]]
) -> None:
    """Write a file that must not be there yet; `SandboxFileExistsException` where it is. What fails half-way is removed."""
    target = shlex.quote(await _target(files, entry.path))
    made = await run(_CREATE.format(target))
    if made.exit_code == _EXISTS:
        failure = SandboxFileExistsException(
            f"{entry.path!r} in the sandbox exists already; leave out exclusive to overwrite it, or use another path",
            error=SandboxError(SandboxError.FILE_EXISTS),
        )
        failure.filename = entry.path
        raise failure
    if made.exit_code != 0:
        await execute(run, f": >> {target}")  # says why not
    try:
        await write()
    except BaseException:
        await discard(run, entry.path)
        raise


async def append(
    files: FilesService, run: Run, entry: WriteEntry, write: Callable[[str], Awaitable[None]]
) -> None:
    """Write behind what a file holds, in one step of a program in the sandbox; a file that is new gets mode and owner."""
    target = await _target(files, entry.path)
    if await files.exists(target) and decide.is_directory(await look(files, target)):
        raise decide.is_a_directory(entry.path)
    piece = f"/tmp/.opensandbox-{token_hex(8)}"  # noqa: S108 - in the sandbox, and nobody can guess it
    try:
        await write(piece)
        await execute(
            run, _APPEND.format(shlex.quote(target), piece, _permissions(entry, shlex.quote(target)))
        )
    finally:
        await discard(run, piece)


def _permissions(entry: WriteEntry, target: str) -> str:
    owner = f"{entry.owner or ''}:{entry.group}" if entry.group else entry.owner
    chown = f"chown {shlex.quote(owner)} {target} && " if owner else ""
    return f"{chown}chmod {entry.mode} {target}"


async def _target(files: FilesService, path: str) -> str:
    """Return a path as a shell has to know it, with its parents made: the daemon expands what stands for a directory."""
    above, name = decide.parent(path), path.rstrip("/").rpartition("/")[2]
    await files.create_directories(above)
    return f"{(await look(files, above)).path.rstrip('/')}/{name}"
