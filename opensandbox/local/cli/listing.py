"""`ps` and `info`: which sandboxes there are, and how they do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opensandbox.local.cli.finding import (
    NAME_LABEL,
    OVER,
    SHORT,
    Domain,
    Which,
    asking,
    find_sandbox,
    image_of,
)
from opensandbox.local.cli.output import AsJson, mebibytes, print_json, print_table, span

if TYPE_CHECKING:
    from opensandbox import SandboxManagerSync
    from opensandbox.models import SandboxInfo

AT_ONCE = 8
"""How many sandboxes are asked at the same time."""
PATIENCE = 5.0
"""Seconds that a sandbox has to tell what it uses; one that does not is listed all the same."""
COMMAND_WIDTH = 32
HEADINGS = ("SANDBOX", "IMAGE", "COMMAND", "CREATED", "EXPIRES", "STATUS", "MEMORY", "NAME")


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of `ps`: what the server knows of a sandbox, and what the sandbox itself tells."""

    id: str
    name: str | None
    image: str
    state: str
    created_at: datetime
    expires_at: datetime | None
    command: list[str]
    memory_mib: float | None


def ps(
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Those too that have ended, as long as the server knows them.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Whole ids, and nothing else.")] = False,
    domain: Domain = None,
    as_json: AsJson = False,
) -> None:
    """List sandboxes: what runs in them, their age, when they expire, what memory they use."""
    with asking(domain) as manager:
        infos = [
            info for info in manager.iter_sandbox_infos({}) if everything or info.status.state not in OVER
        ]
        infos.sort(key=lambda info: info.created_at, reverse=True)
        if quiet and not as_json:
            for info in infos:
                typer.echo(info.id)
            return
        with ThreadPoolExecutor(AT_ONCE) as threads:
            lines = list(threads.map(lambda info: _listed(manager, info), infos))
    if as_json:
        print_json([asdict(line) for line in lines])
    else:
        now = datetime.now(UTC)
        print_table(HEADINGS, [_row(line, now) for line in lines])


def info(which: Which, domain: Domain = None, as_json: AsJson = False) -> None:
    """Show everything that is known about a sandbox."""
    with asking(domain) as manager:
        found = find_sandbox(manager, which)
        facts = found.model_dump(mode="json", exclude_none=True) | _used(manager, found)
        context = manager.get_diagnostic_context(found.id)
        facts["backend"] = {"type": context.backend_type, **context.backend_identifiers}
    if as_json:
        print_json(facts)
        return
    for name, value in _flat(facts):
        typer.echo(f"{name:<26} {value}")


def _listed(manager: SandboxManagerSync, info: SandboxInfo) -> Listed:
    used = _used(manager, info)
    return Listed(
        id=info.id,
        name=(info.metadata or {}).get(NAME_LABEL),
        image=image_of(info),
        state=info.status.state,
        created_at=info.created_at,
        expires_at=info.expires_at,
        command=used.get("command") or info.entrypoint,
        memory_mib=used.get("memory_mib"),
    )


def _used(manager: SandboxManagerSync, info: SandboxInfo) -> dict[str, Any]:
    """Return what a sandbox that runs tells of itself; nothing where it does not answer."""
    from opensandbox import SandboxSync
    from opensandbox.exceptions import SandboxException

    if info.status.state != "Running":
        return {}
    try:
        config = manager.connection_config
        with SandboxSync.connect(info.id, config, skip_health_check=True) as connected:
            sandbox = connected.copy_settings(request_timeout=PATIENCE)
            found = sandbox.processes.list()
    except SandboxException:
        return {}
    # The one that looks reads /proc. What a command starts itself has another parent.
    there = [each for each in found if not any("/proc/[0-9]*" in word for word in each.command)]
    started = [each for each in there if each.parent_pid == 1]
    return {
        "command": max(started, key=lambda each: each.pid).command if started else None,
        # Not its metrics: without a control group of its own they are those of the machine.
        "memory_mib": round(sum(each.memory for each in there) / 2**20, 1),
    }


def _row(line: Listed, now: datetime) -> list[str]:
    command = " ".join(" ".join(line.command).split())
    ends = "never" if line.expires_at is None else f"in {span(max(line.expires_at - now, now - now))}"
    return [
        line.id[:SHORT],
        line.image,
        command if len(command) <= COMMAND_WIDTH else f"{command[: COMMAND_WIDTH - 1]}…",
        f"{span(now - line.created_at)} ago",
        ends if line.state not in OVER else "-",
        line.state,
        mebibytes(line.memory_mib),
        line.name or "",
    ]


def _flat(facts: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in facts.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        elif value is not None:
            found.append(
                (prefix + name, " ".join(map(str, value)) if isinstance(value, list) else str(value))
            )
    return found
