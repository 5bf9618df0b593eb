"""`kill`, `pause`, `resume` and `snapshot`: what becomes of sandboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from opensandbox.local.cli.errors import CommandError, UsageProblem
from opensandbox.local.cli.finding import Domain, Which, asking, complete_sandbox, find_sandbox
from opensandbox.local.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opensandbox import SandboxManagerSync

Several = Annotated[
    list[str],
    typer.Argument(
        metavar="SANDBOX...",
        help="Ids of sandboxes, beginnings of ids, or names given by get_or_create.",
        autocompletion=complete_sandbox,
        show_default=False,
    ),
]
Label = Annotated[str | None, typer.Option("--name", help="A name for the snapshot.")]
SNAPSHOT_TIMEOUT = 600.0


def kill(
    sandboxes: Several = [],
    every: Annotated[bool, typer.Option("--all", help="All sandboxes of the server.")] = False,
    domain: Domain = None,
    as_json: AsJson = False,
) -> None:
    """End sandboxes, with everything in them."""
    if every == bool(sandboxes):
        raise UsageProblem("name the sandboxes to kill, or give --all")
    with asking(domain) as manager:
        wanted = [info.id for info in manager.iter_sandbox_infos({})] if every else sandboxes
        _each(manager, wanted, lambda each: manager.kill_sandbox(each, missing_ok=True), as_json)


def pause(sandboxes: Several, domain: Domain = None, as_json: AsJson = False) -> None:
    """Stop every process of sandboxes, until they are resumed."""
    with asking(domain) as manager:
        _each(manager, sandboxes, manager.pause_sandbox, as_json)


def resume(sandboxes: Several, domain: Domain = None, as_json: AsJson = False) -> None:
    """Let paused sandboxes go on."""
    with asking(domain) as manager:
        _each(manager, sandboxes, manager.resume_sandbox, as_json)


def snapshot(which: Which, name: Label = None, domain: Domain = None, as_json: AsJson = False) -> None:
    """Keep the files of a sandbox, for sandboxes to come: `run snapshot:ID`. Prints the id once it is there."""
    with asking(domain) as manager:
        begun = manager.create_snapshot(find_sandbox(manager, which).id, name)
        made = manager.wait_for_snapshot(begun.id, timeout=SNAPSHOT_TIMEOUT)
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        typer.echo(made.id)


def _each(
    manager: SandboxManagerSync, words: Sequence[str], do: Callable[[str], object], as_json: bool
) -> None:
    """Do something with each sandbox, also with those behind one with which it fails; prints the ids with which it did not."""
    from opensandbox.exceptions import SandboxException

    done: list[str] = []
    failures: list[str] = []
    for word in words:
        try:
            info = find_sandbox(manager, word)
            do(info.id)
        except (CommandError, SandboxException) as error:
            failures.append(str(error))
        else:
            done.append(info.id)
            if not as_json:
                typer.echo(word)
    if as_json:
        print_json({"sandboxes": done, "errors": failures})
    if failures:
        raise CommandError("; ".join(failures))
