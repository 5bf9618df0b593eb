"""`logs`: what the main program of a sandbox has printed, or a command in its background."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from opensandbox.local.cli.errors import CommandError
from opensandbox.local.cli.finding import Domain, Which, asking, find_sandbox, inside
from opensandbox.local.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from opensandbox import SandboxManagerSync

MOST_LINES = 10_000
"""Lines that a server returns at the most."""
PAUSE = 0.3
OVER = ("Terminated", "Failed", "Stopping")


def logs(
    which: Which,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the program ends, or Ctrl-C.")
    ] = False,
    tail: Annotated[
        int, typer.Option("--tail", "-n", metavar="LINES", help="Only the last lines.", min=1, max=MOST_LINES)
    ] = MOST_LINES,
    command: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="A command in the background, by its id, instead of the main program."
        ),
    ] = None,
    domain: Domain = None,
    as_json: AsJson = False,
) -> None:
    """Show what the main program of a sandbox has printed, with --command what a command in the background has."""
    if command is not None:
        with inside(domain, which) as sandbox:
            started = sandbox.commands.attach(command)
            pieces = (
                started.logs()
                if follow
                else iter([sandbox.commands.get_background_command_logs(command).content])
            )
            _show(pieces, follow, as_json)
        return
    with asking(domain) as manager:
        sandbox_id = find_sandbox(manager, which).id
        _show(_main_program(manager, sandbox_id, tail, follow), follow, as_json)


def _show(pieces: Iterator[str], follow: bool, as_json: bool) -> None:
    """Print text as it comes: as JSON in one document, or while it is followed in one line a piece."""
    if as_json and not follow:
        print_json({"log": "".join(pieces)})
        return
    for text in pieces:
        if as_json:
            import json

            typer.echo(json.dumps({"log": text}, ensure_ascii=False))
        else:
            typer.echo(text, nl=False)


def _main_program(manager: SandboxManagerSync, sandbox_id: str, tail: int, follow: bool) -> Iterator[str]:
    from opensandbox.exceptions import SandboxNotFoundException

    with _client(manager) as client:
        shown = _read(client, sandbox_id)
        yield "".join((shown or "").splitlines(keepends=True)[-tail:])
        while follow and shown is not None:
            try:
                over = manager.get_sandbox_info(sandbox_id).status.state in OVER
            except SandboxNotFoundException:
                return
            now = _read(client, sandbox_id)
            if now is None:
                return
            if more := added(shown, now):
                yield more
            shown = now
            if over:
                return
            time.sleep(PAUSE)


def added(before: str, now: str) -> str:
    """Return what is new in the end of a log, compared with an earlier look at it, of which the beginning may be cut off now."""
    if now.startswith(before):
        return now[len(before) :]
    old, new = before.splitlines(), now.splitlines(keepends=True)
    lines = [line.rstrip("\r\n") for line in new]
    common = next((count for count in range(len(old), 0, -1) if old[-count:] == lines[:count]), 0)
    return "".join(new[common:])


def _client(manager: SandboxManagerSync) -> httpx.Client:
    """Return a client for the one route that is none of the SDK's: the log as plain text, of any length."""
    import httpx

    config = manager.connection_config
    return httpx.Client(
        base_url=config.get_base_url(),
        headers={"OPEN-SANDBOX-API-KEY": config.get_api_key()},
        trust_env=config.trust_env,
        timeout=30,
    )


def _read(client: httpx.Client, sandbox_id: str) -> str | None:
    """Return the end of a log; None where there is no such sandbox any more."""
    answer = client.get(f"sandboxes/{sandbox_id}/diagnostics/logs", params={"tail": MOST_LINES})
    if answer.status_code == 404:
        return None
    if answer.is_error:
        raise CommandError(
            f"the log cannot be read: the server answers {answer.status_code} {answer.text.strip()}"
        )
    return answer.text
