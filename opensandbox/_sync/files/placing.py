# Generated from opensandbox/_async/files/placing.py by scripts/unasync.py. Do not edit.
"""Writing that leaves alone what is there: a file that must be new, and text behind what a file holds.

Daemons only know how to write a whole file, so a shell in the sandbox does the step that must not go wrong.
"""

from __future__ import annotations

import shlex
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from opensandbox._core.files import requests as decide
from opensandbox._sync.files.transfers import discard, entry_at, execute
from opensandbox.exceptions import InvalidArgumentException, SandboxError, SandboxFileExistsException

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._sync.files.service import FilesService
    from opensandbox._sync.files.transfers import Run
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


def create(
    files: FilesService,
    run: Run,
    entry: WriteEntry,
    write: Callable[[str], None],
    *,
    literal: bool,
) -> str:
    """Write a file that must not be there yet, and return its path without anything to be expanded.

    `SandboxFileExistsException` where it is there. What fails half-way is removed.
    """
    target = _target(files, run, entry.path, literal=literal)
    made = run(_CREATE.format(shlex.quote(target)))
    if made.exit_code == _EXISTS:
        failure = SandboxFileExistsException(
            f"{entry.path!r} in the sandbox exists already; leave out exclusive to overwrite it, or use another path",
            error=SandboxError(SandboxError.FILE_EXISTS),
        )
        failure.filename = entry.path
        raise failure
    if made.exit_code != 0:
        execute(run, f": >> {shlex.quote(target)}")  # says why not
    try:
        # Not the path that was passed: the daemon might see another file in it than the shell has made.
        write(target)
    except BaseException:
        discard(run, target)
        raise
    return target


def append(
    files: FilesService,
    run: Run,
    entry: WriteEntry,
    write: Callable[[str], None],
    *,
    literal: bool,
) -> str:
    """Write behind what a file holds, in one step of a program in the sandbox, and return its path as `create` does.

    A file that is new gets mode and owner.
    """
    target = _target(files, run, entry.path, literal=literal)
    quoted = shlex.quote(target)
    if (run(f"[ -d {quoted} ]")).exit_code == 0:
        raise decide.is_a_directory(entry.path)
    # The shell would wait for somebody who reads it, without end.
    if (run(f"[ -p {quoted} ]")).exit_code == 0:
        raise InvalidArgumentException(
            f"{entry.path!r} in the sandbox is a pipe, which holds nothing to append to; write to it with a command"
        )
    piece = f"/tmp/.opensandbox-{token_hex(8)}"  # noqa: S108 - in the sandbox, and nobody can guess it
    try:
        write(piece)
        execute(run, _APPEND.format(quoted, piece, _permissions(entry, quoted)))
    finally:
        discard(run, piece)
    return target


def _permissions(entry: WriteEntry, target: str) -> str:
    owner = f"{entry.owner or ''}:{entry.group}" if entry.group else entry.owner
    chown = f"chown {shlex.quote(owner)} {target} && " if owner else ""
    return f"{chown}chmod {entry.mode} {target}"


def _target(files: FilesService, run: Run, path: str, *, literal: bool) -> str:
    """Return the absolute path of the file that the daemon sees in a path, with its parents made.

    Where nothing is there yet, the daemon does not tell how it reads a path. Its parent is there, and a name with a
    variable is made in a directory of its own to see what becomes of it.
    """
    above, name = decide.parent(path), path.rstrip("/").rpartition("/")[2]
    if literal:
        target = path if path.startswith("/") else f"{(execute(run, 'pwd')).rstrip()}/{path}"
    else:
        files.create_directories(above)
        if "$" in name:
            name = _expanded(files, run, name)
        target = f"{(entry_at(files, above)).path.rstrip('/')}/{name}"
    if literal or "/" in name:
        execute(run, f"mkdir -p -- {shlex.quote(decide.parent(target))}")
    return target


def _expanded(files: FilesService, run: Run, name: str) -> str:
    scratch = f"/tmp/.opensandbox-{token_hex(8)}"  # noqa: S108 - in the sandbox, and nobody can guess it
    try:
        files.create_directories(f"{scratch}/{name}")
        return (entry_at(files, f"{scratch}/{name}")).path.removeprefix(f"{scratch}/")
    finally:
        discard(run, scratch)
