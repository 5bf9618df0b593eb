# Generated from opensandbox/_async/files/transfers.py by scripts/unasync.py. Do not edit.
"""What needs a shell in the sandbox besides the file routes: checksums, directory trees by tar, and copies within it."""

from __future__ import annotations

import hashlib
import logging
import shlex
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Final

from opensandbox._concurrency.pairs import blocking_call, monotonic
from opensandbox._core.deadlines import Deadline
from opensandbox._core.files import requests as decide
from opensandbox._core.files import trees
from opensandbox._core.files.archives import TreeReader
from opensandbox._core.files.unpacking import check_target, unpack
from opensandbox._sync.calls.options import bound, bounded
from opensandbox._sync.files.uploads import PIECE
from opensandbox.exceptions import (
    CommandFailedException,
    ContentMismatchException,
    InvalidArgumentException,
    SandboxError,
    SandboxException,
    SandboxFileExistsException,
    SandboxFileNotFoundException,
    SandboxInternalException,
    SandboxTimeoutException,
)
from opensandbox.models.filesystem import EntryInfo, MoveEntry, WriteEntry

if TYPE_CHECKING:
    from pathlib import Path

    from opensandbox._core.deadlines import Duration
    from opensandbox._sync.files.service import FilesService
    from opensandbox._sync.files.uploads import Progress
    from opensandbox.models.execd import Execution
    from opensandbox.models.trees import TreeReport

logger = logging.getLogger("opensandbox.files")

CLEAN_UP_SECONDS: Final = 10.0
"""For the removal of what was made on the way, whatever time the call was given."""

Run = Callable[[str], "Execution"]
"""Runs shell text in the sandbox, with the rights that the files are accessed with, and returns when it is done."""


def verify(files: FilesService, run: Run, path: str, content: bytes | IO[bytes]) -> None:
    """Raise unless a file in the sandbox has this content, by SHA-256."""
    here = blocking_call(_digest, content)
    found = execute(run, f"sha256sum < {shlex.quote(_absolute(files, path))}")
    there = found.split(maxsplit=1)[0] if found.split() else "nothing"
    if here != there:
        raise ContentMismatchException(
            f"{path!r} in the sandbox is not what was transferred: SHA-256 {there} there, {here} here; "
            "something else wrote to it, or the transfer was damaged, so transfer it again",
            path=path,
            local=here,
            remote=there,
        )


def _digest(content: bytes | IO[bytes]) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def upload_tree(
    files: FilesService,
    run: Run,
    source: Path,
    path: str,
    timeout: Duration | None,
    progress: Progress | None,
    on_unsupported: str,
) -> TreeReport:
    """Send a local directory as one archive and unpack it in the sandbox."""
    archive = f"/tmp/.opensandbox-{token_hex(8)}.tar"  # noqa: S108 - in the sandbox, and nobody can guess it
    trees.check_choice(on_unsupported)
    still = partial(_check_time, str(source), "packed")
    tree = blocking_call(partial(TreeReader, source, still=still))
    if tree.has_holes and _is_gnu_tar(run):
        tree.close()
        tree = blocking_call(partial(TreeReader, source, sparse=True, still=still))
    with tree:
        report = trees.report(tree.specials, str(source), on_unsupported)
        files.create_directories([WriteEntry(path=path)])
        target = _absolute(files, path)
        try:
            files.write_file(archive, tree, mode=600, timeout=timeout, progress=progress)
            execute(run, f"tar -xpof {archive} -C {shlex.quote(target)}")
        finally:
            _remove(files, archive)
    return _warned(report, str(source))


def download_tree(
    files: FilesService,
    run: Run,
    path: str,
    target: Path,
    timeout: Duration | None,
    progress: Progress | None,
    on_unsupported: str,
) -> TreeReport:
    """Pack a directory of the sandbox into one archive, fetch it and unpack it here."""
    trees.check_choice(on_unsupported)
    blocking_call(check_target, target)
    archive = f"/tmp/.opensandbox-{token_hex(8)}.tar"  # noqa: S108 - in the sandbox, and nobody can guess it
    source = _absolute(files, path)
    with tempfile.TemporaryFile() as copy:
        try:
            known = trees.listed(run(trees.LIST.format(shlex.quote(source))))
            trees.check_specials(known, path, on_unsupported)
            execute(run, trees.PACK.format(archive, shlex.quote(source)))
            whole = (entry_at(files, archive)).size
            received = 0
            for piece in files.read_bytes_stream(archive, chunk_size=PIECE, timeout=timeout):
                received += len(piece)
                if received > whole:
                    raise SandboxInternalException(
                        f"the archive of {path!r} has more than the {whole} bytes that the sandbox told; the sandbox is "
                        "changing it, so stop what runs there and try again"
                    )
                blocking_call(copy.write, piece)
                if progress is not None:
                    progress(received, whole)
        finally:
            _remove(files, archive)
        copy.seek(0)
        still = partial(_check_time, path, "unpacked")
        found = blocking_call(unpack, copy, target, still)
    return _warned(trees.report(sorted({*known, *found}), path, on_unsupported), path)


def _check_time(path: str, what: str) -> None:
    if bound().passed(monotonic()):
        raise SandboxTimeoutException(
            f"the archive of {path!r} was not {what} within the timeout; raise timeout"
        )


def _warned(report: TreeReport, root: str) -> TreeReport:
    if report.skipped:
        logger.warning(
            "left out of %r, as pipes, sockets and devices cannot travel: %s",
            root,
            ", ".join(repr(entry.path) for entry in report.skipped[:5])
            + (", …" if len(report.skipped) > 5 else ""),
        )
    return report


def _is_gnu_tar(run: Run) -> bool:
    # Others would unpack a list of holes as if it were content.
    return "GNU" in (run("tar --version")).text


def copy(files: FilesService, run: Run, source: str, destination: str) -> None:
    """Copy a file or a directory within the sandbox; the copy appears in its place when it is complete."""
    original = entry_at(files, source)
    if files.exists(destination):
        raise SandboxFileExistsException(
            f"{destination!r} in the sandbox exists already; delete it first, or copy to another path",
            error=SandboxError(SandboxError.FILE_EXISTS),
        )
    above = decide.parent(destination)
    files.create_directories([WriteEntry(path=above)])
    directory = _absolute(files, above)
    if decide.lies_within(directory, original.path) and decide.is_directory(original):
        raise InvalidArgumentException(
            f"destination {destination!r} lies within the directory {source!r}, which cannot hold a copy of itself"
        )
    # Beside its destination, so that it can be moved there in one step.
    copied = f"{directory}/.opensandbox-{token_hex(8)}"
    try:
        execute(run, f"cp -a -- {shlex.quote(original.path)} {shlex.quote(copied)}")
        files.move_files([MoveEntry(src=copied, dest=destination)])
    except BaseException:
        discard(run, copied)
        raise


def discard(run: Run, path: str) -> None:
    """Remove something that was made on the way, if that is possible."""
    # As below: the first failure is the one to tell.
    with suppress(SandboxException), _time_to_clean_up():
        execute(run, f"rm -rf -- {shlex.quote(path)}")


def _remove(files: FilesService, archive: str) -> None:
    # What went wrong before tells more than that nobody can be reached to clean up.
    with suppress(SandboxException), _time_to_clean_up():
        files.delete_files([archive])


def _time_to_clean_up() -> AbstractContextManager[None]:
    """Give what follows a call whose time may be over some of its own."""
    return bounded(Deadline.after(CLEAN_UP_SECONDS, monotonic()))


def _absolute(files: FilesService, path: str) -> str:
    """Return a path as the daemon understands it: it expands `~` and variables, which a shell must not see."""
    return (entry_at(files, path)).path


def entry_at(files: FilesService, path: str) -> EntryInfo:
    """Return what is known of a path; `SandboxFileNotFoundException` where nothing is there."""
    found = (files.get_file_info([path])).get(path)
    if found is None:
        raise SandboxFileNotFoundException(
            f"{path!r}: the sandbox answered without saying anything about it, so it does not seem to exist",
            error=SandboxError(SandboxError.FILE_NOT_FOUND),
        )
    return found


def execute(run: Run, command: str) -> str:
    """Run a command that has to succeed, and return its output."""
    execution = run(command)
    if execution.exit_code != 0:
        raise CommandFailedException(f"{command!r} failed in the sandbox: {execution}", execution=execution)
    return "".join(message.text for message in execution.logs.stdout)
