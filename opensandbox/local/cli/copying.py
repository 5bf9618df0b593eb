"""`cp`: files and directories, from this machine into a sandbox and back."""

from __future__ import annotations

import contextlib
import posixpath
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from opensandbox.local.cli.errors import CommandError, UsageProblem
from opensandbox.local.cli.finding import Domain, complete_sandbox, inside
from opensandbox.local.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opensandbox import SandboxSync
    from opensandbox.models import TreeReport

HOME = "/workspace"


class Place(NamedTuple):
    """A path of a sandbox, or, where `sandbox` is None, of this machine."""

    sandbox: str | None
    path: str


def _complete(incomplete: str) -> list[tuple[str, str]]:
    """Return sandboxes with the colon behind them; the shell itself completes paths of this machine."""
    return [(f"{name}:", about) for name, about in complete_sandbox(incomplete)]


def cp(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="PATH or SANDBOX:PATH.", autocompletion=_complete)
    ],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="SANDBOX:PATH or PATH.", autocompletion=_complete)
    ],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    domain: Domain = None,
    as_json: AsJson = False,
) -> None:
    """Copy a file or a directory into a sandbox (./x SANDBOX:/y) or out of it (SANDBOX:/y ./x).

    A target that is a directory gets the copy inside. Modes, times and links are kept; what is neither file, directory nor link is left out.
    """
    origin, goal = place(source), place(target)
    if (origin.sandbox is None) == (goal.sandbox is None):
        raise UsageProblem(
            "one of the two paths is in a sandbox, and written SANDBOX:PATH; the other one is on this machine"
        )
    with inside(domain, origin.sandbox or goal.sandbox or "") as sandbox:
        show = _progress(Path(origin.path).name, shown=not (quiet or as_json))
        with show as progress:
            copy = _upload if origin.sandbox is None else _download
            into, report = copy(sandbox, origin.path, goal.path, progress)
    skipped = [entry.path for entry in report.skipped] if report else []
    if as_json:
        print_json({"sandbox": sandbox.id, "source": origin.path, "target": into, "skipped": skipped})
    elif skipped:
        typer.echo(f"left out, neither files nor directories nor links: {', '.join(skipped)}", err=True)


def place(text: str) -> Place:
    """Read a word of the command line. A colon behind a slash is part of a name, as in ./a:b."""
    before, colon, path = text.partition(":")
    if not colon or "/" in before or not before:
        return Place(None, text)
    return Place(before, posixpath.join(HOME, path))


@contextlib.contextmanager
def _progress(name: str, *, shown: bool) -> Iterator[Callable[[int, int | None], None] | None]:
    """Draw a bar for a transfer on standard error, where that is a terminal."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from opensandbox.progress import ProgressBar

    with ProgressBar(name) as bar:
        yield bar


def _upload(
    sandbox: SandboxSync, source: str, target: str, progress: Callable[[int, int | None], None] | None
) -> tuple[str, TreeReport | None]:
    path = Path(source)
    if not path.exists():
        raise CommandError(f"{source}: there is no such file or directory on this machine")
    kind = _kind(sandbox, target)
    if kind == "directory" or (target.endswith("/") and path.is_file()):
        target = posixpath.join(target, path.resolve().name)
    if path.is_dir():
        if kind == "file":
            raise CommandError(f"{target} is a file, and {source} a directory")
        return target, sandbox.files.upload_dir(path, target, progress=progress)
    sandbox.files.upload(path, target, progress=progress, literal=True)
    return target, None


def _download(
    sandbox: SandboxSync, source: str, target: str, progress: Callable[[int, int | None], None] | None
) -> tuple[str, TreeReport | None]:
    kind = _kind(sandbox, source)
    if kind is None:
        raise CommandError(f"{source}: there is no such file or directory in the sandbox")
    path = Path(target)
    if path.is_dir():
        path /= posixpath.basename(source.rstrip("/"))
    if kind == "directory":
        return str(path), sandbox.files.download_dir(source, path, progress=progress)
    sandbox.files.download(source, path, progress=progress, literal=True)
    return str(path), None


def _kind(sandbox: SandboxSync, path: str) -> str | None:
    """Tell what a path of the sandbox leads to, None for nothing: a link is followed, as `cp` does."""
    name = shlex.quote(path)
    script = f"if [ -d {name} ]; then echo directory; elif [ -e {name} ]; then echo file; fi"
    return sandbox.commands.run(script, check=True).text.strip() or None
