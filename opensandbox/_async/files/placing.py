"""Writing that leaves alone what is there: a file that must be new, and text behind what a file holds.

Daemons only know how to write a whole file, so a shell in the sandbox does the step that must not go wrong.
"""

from __future__ import annotations

import shlex
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from opensandbox._async.files.transfers import discard, entry_at, execute
from opensandbox._core.files import requests as decide
from opensandbox.exceptions import InvalidArgumentException, SandboxError, SandboxFileExistsException

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
    files: FilesService,
    run: Run,
    entry: WriteEntry,
    write: Callable[[str], Awaitable[None]],
    *,
    literal: bool,
) -> str:
    """Write a file that must not be there yet, and return its path without anything to be expanded.

    `SandboxFileExistsException` where it is there. What fails half-way is removed.
    """
    target = await _target(files, run, entry.path, literal=literal)
    made = await run(_CREATE.format(shlex.quote(target)))
    if made.exit_code == _EXISTS:
        failure = SandboxFileExistsException(
            f"{entry.path!r} in the sandbox exists already; leave out exclusive to overwrite it, or use another path",
            error=SandboxError(SandboxError.FILE_EXISTS),
        )
        failure.filename = entry.path
        raise failure
    if made.exit_code != 0:
        await execute(run, f": >> {shlex.quote(target)}")  # says why not
    try:
        # Not the path that was passed: the daemon might see another file in it than the shell has made.
        await write(target)
    except BaseException:
        await discard(run, target)
        raise
    return target


async def append(
    files: FilesService,
    run: Run,
    entry: WriteEntry,
    write: Callable[[str], Awaitable[None]],
    *,
    literal: bool,
) -> str:
    """Write behind what a file holds, in one step of a program in the sandbox, and return its path as `create` does.

    A file that is new gets mode and owner.
    """
    target = await _target(files, run, entry.path, literal=literal)
    quoted = shlex.quote(target)
    if (await run(f"[ -d {quoted} ]")).exit_code == 0:
        raise decide.is_a_directory(entry.path)
    # The shell would wait for somebody who reads it, without end.
    if (await run(f"[ -p {quoted} ]")).exit_code == 0:
        raise InvalidArgumentException(
            f"{entry.path!r} in the sandbox is a pipe, which holds nothing to append to; write to it with a command"
        )
    piece = f"/tmp/.opensandbox-{token_hex(8)}"  # noqa: S108 - in the sandbox, and nobody can guess it
    try:
        await write(piece)
        await execute(run, _APPEND.format(quoted, piece, _permissions(entry, quoted)))
    finally:
        await discard(run, piece)
    return target


def _permissions(entry: WriteEntry, target: str) -> str:
    owner = f"{entry.owner or ''}:{entry.group}" if entry.group else entry.owner
    chown = f"chown {shlex.quote(owner)} {target} && " if owner else ""
    return f"{chown}chmod {entry.mode} {target}"


async def _target(files: FilesService, run: Run, path: str, *, literal: bool) -> str:
    """Return the absolute path of the file that the daemon sees in a path, with its parents made.

    Where nothing is there yet, the daemon does not tell how it reads a path. Its parent is there, and a name with a
    variable is made in a directory of its own to see what becomes of it.
    """
    above, name = decide.parent(path), path.rstrip("/").rpartition("/")[2]
    if literal:
        target = path if path.startswith("/") else f"{(await execute(run, 'pwd')).rstrip()}/{path}"
    else:
        await files.create_directories(above)
        if "$" in name:
            name = await _expanded(files, run, name)
        target = f"{(await entry_at(files, above)).path.rstrip('/')}/{name}"
    if literal or "/" in name:
        await execute(run, f"mkdir -p -- {shlex.quote(decide.parent(target))}")
    return target


async def _expanded(files: FilesService, run: Run, name: str) -> str:
    scratch = f"/tmp/.opensandbox-{token_hex(8)}"  # noqa: S108 - in the sandbox, and nobody can guess it
    try:
        await files.create_directories(f"{scratch}/{name}")
        return (await entry_at(files, f"{scratch}/{name}")).path.removeprefix(f"{scratch}/")
    finally:
        await discard(run, scratch)
