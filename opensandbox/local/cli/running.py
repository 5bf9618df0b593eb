"""`run`, `exec` and `shell`: a program in a sandbox, on this terminal or on pipes, with its exit status as ours."""

from __future__ import annotations

import math
import shlex
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opensandbox.local.cli.errors import NO_STATUS, CommandError, UsageProblem
from opensandbox.local.cli.finding import NAME_LABEL, Domain, Which, inside
from opensandbox.local.cli.output import AsJson, print_json
from opensandbox.local.cli.serve import Packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from opensandbox import SandboxSync
    from opensandbox.config import ConnectionConfigSync

SNAPSHOT = "snapshot:"
LEASE = 120.0
"""Seconds that a sandbox on a server of its own outlives this program, should that be killed."""

Program = Annotated[
    list[str],
    typer.Argument(
        metavar="[--] COMMAND...",
        help="One word is shell text, several are a program and its arguments (default: a shell).",
        show_default=False,
    ),
]
Image = Annotated[
    str,
    typer.Argument(
        metavar="IMAGE",
        help=f"Image to start, NAME=DIR for one with its root directory, or {SNAPSHOT}ID.",
        show_default=False,
    ),
]
ImageOption = Annotated[
    str,
    typer.Option(
        "--image", metavar="IMAGE", help=f"Image for a new sandbox: NAME, NAME=DIR or {SNAPSHOT}ID."
    ),
]
Variables = Annotated[
    list[str],
    typer.Option("--env", "-e", metavar="NAME=VALUE", help="A variable.", show_default=False),
]
Directory = Annotated[
    str | None, typer.Option("--cwd", "-w", metavar="DIR", help="Where it runs (default: /workspace).")
]


def _seconds(value: float | None) -> float | None:
    if value is not None and not 0 < value < math.inf:
        raise typer.BadParameter(f"{value} is no number of seconds above 0")
    return value


Timeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        callback=_seconds,
        help="End the command after so long; the exit status is 124 then.",
    ),
]
Resources = Annotated[
    list[str],
    typer.Option(
        "--resource",
        metavar="NAME=AMOUNT",
        help="A limit: cpu=2, memory=1Gi, pids=200.",
        show_default=False,
    ),
]


def run(
    image: Image,
    words: Program = [],
    env: Variables = [],
    cwd: Directory = None,
    timeout: Timeout = None,
    packages: Packages = [],
    resource: Resources = [],
    detach: Annotated[
        bool,
        typer.Option(
            "--detach", "-d", help="Print the id, and leave the sandbox running. COMMAND is its main program."
        ),
    ] = False,
    name: Annotated[str | None, typer.Option(help="A name for the sandbox.")] = None,
    expires: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", callback=_seconds, help="With --detach: end it after so long (default: never)."
        ),
    ] = None,
    domain: Domain = None,
    as_json: AsJson = False,
) -> int:
    """Run a command in a new sandbox, which ends with it.

    On your server that runs here; where none does, or with --packages and NAME=DIR, on one of its own, which ends with it too.
    """
    options: dict[str, Any] = {
        "env": _pairs("--env", env),
        "resource": _pairs("--resource", resource) or None,
        "metadata": {NAME_LABEL: name} if name else None,
    }
    if detach:
        return _leave_running(image, words, options, expires, domain, as_json)
    with new_sandbox(image, packages, domain, **options) as sandbox:
        return _go_on(sandbox, words, {}, cwd, timeout, as_json)


def exec_(
    which: Which,
    words: Program = [],
    env: Variables = [],
    cwd: Directory = None,
    timeout: Timeout = None,
    domain: Domain = None,
    as_json: AsJson = False,
) -> int:
    """Run a command in a sandbox that is running."""
    with inside(domain, which) as sandbox:
        return _go_on(sandbox, words, _pairs("--env", env), cwd, timeout, as_json)


def shell(
    words: Program = [],
    sandbox: Annotated[
        str | None,
        typer.Option("--in", metavar="SANDBOX", help="A sandbox that is running (default: a new one)."),
    ] = None,
    image: ImageOption = "ubuntu",
    packages: Packages = [],
    env: Variables = [],
    cwd: Directory = None,
    domain: Domain = None,
    as_json: AsJson = False,
) -> int:
    """Open a shell, or run a command, in a new sandbox that ends with it, or in one that is running."""
    variables = _pairs("--env", env)
    if sandbox is not None:
        if packages:
            raise UsageProblem("--packages is for new sandboxes, and --in names one that is running")
        with inside(domain, sandbox) as running:
            return _go_on(running, words, variables, cwd, None, as_json)
    with new_sandbox(image, packages, domain, env=variables) as new:
        return _go_on(new, words, {}, cwd, None, as_json)


@contextmanager
def new_sandbox(
    image: str, packages: Sequence[str], domain: str | None, **options: Any
) -> Iterator[SandboxSync]:
    """Create a sandbox for a block, on a server of this user or, where there is none that fits, on a new one."""
    from opensandbox import SandboxSync
    from opensandbox.exceptions import SandboxException
    from opensandbox.local.server import LocalServerError

    source = _source(image)
    try:
        with _server(image, packages, domain) as (config, own):
            lifetime = None if own else LEASE
            with SandboxSync.create(
                **source, timeout=lifetime, connection_config=config, **options
            ) as sandbox:
                try:
                    if own:
                        yield sandbox
                    else:
                        with sandbox.keep_alive(LEASE):
                            yield sandbox
                finally:
                    if not own:
                        sandbox.destroy()
    except (LocalServerError, SandboxException, ValueError) as error:
        # Of a server of its own the last line is the reason, and says who says so.
        reason = str(error).rstrip().rpartition("It said:\n")[2].rpartition("\n")[2]
        raise CommandError(reason.removeprefix("opensandbox-local: "), NO_STATUS) from error


@contextmanager
def _server(
    image: str, packages: Sequence[str], domain: str | None
) -> Iterator[tuple[ConnectionConfigSync, bool]]:
    """Find a server for a block, or start one; tells whether it was started for this."""
    import os

    from opensandbox.config.local_servers import running_servers
    from opensandbox.local.cli.finding import DOMAIN_VARIABLE, find_connection
    from opensandbox.local.server import LocalServer

    name, equals, root = image.partition("=")
    named = domain or os.environ.get(DOMAIN_VARIABLE)
    if named and (packages or equals):
        raise UsageProblem("--packages and NAME=DIR need a server of their own; leave --domain out")
    if named or (not packages and not equals and running_servers()):
        yield find_connection(domain), False
        return
    with LocalServer(spares=0, images={name: root} if equals else None, packages=packages) as server:
        yield server.connection_config_sync(), True


def _leave_running(
    image: str,
    words: Sequence[str],
    options: Mapping[str, Any],
    expires: float | None,
    domain: str | None,
    as_json: bool,
) -> int:
    from opensandbox import SandboxSync
    from opensandbox.local.cli.finding import find_connection

    main: dict[str, Any] = {}
    if words:
        main["entrypoint"] = list(words) if len(words) > 1 else ["/bin/sh", "-c", words[0]]
    with SandboxSync.create(
        **_source(image), timeout=expires, connection_config=find_connection(domain), **options, **main
    ) as sandbox:
        if as_json:
            print_json({"sandbox": sandbox.id})
        else:
            typer.echo(sandbox.id)
    return 0


def _source(image: str) -> dict[str, Any]:
    if image.startswith(SNAPSHOT):
        return {"snapshot_id": image.removeprefix(SNAPSHOT)}
    return {"image": image.partition("=")[0]}


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise UsageProblem(f"{option}: {text!r} is not of the form NAME=VALUE")
        pairs[name] = value
    return pairs


def _go_on(
    sandbox: SandboxSync,
    words: Sequence[str],
    env: Mapping[str, str],
    cwd: str | None,
    timeout: float | None,
    as_json: bool,
) -> int:
    """Run a program in the sandbox, where this one's input and output are; returns the exit status."""
    # One word is shell text; several are a program and its arguments.
    text = words[0] if len(words) == 1 else shlex.join(words)
    if sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
        from opensandbox.local.cli.terminal import interact

        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items())
        command = f"{exports}{text or SHELL}" if text or exports else None
        return interact(sandbox, command, cwd, timeout)
    from opensandbox.local.cli.pipes import Collected, Passed, converse

    outlet: Collected | Passed = Collected() if as_json else Passed()
    status = converse(sandbox, text or SHELL, env, cwd, timeout, outlet)
    if isinstance(outlet, Collected):
        print_json({"sandbox": sandbox.id, "exit_code": status, **outlet.texts()})
    return status


SHELL = "if command -v bash >/dev/null; then exec bash; else exec sh; fi"
