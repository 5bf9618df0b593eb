"""The end of a run: everything that carries its label is removed, and what does not go is told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from opensandbox.contract.world import INTERVAL
from opensandbox.exceptions import SandboxApiException, SandboxException, SandboxNotFoundException
from opensandbox.models import SandboxFilter, SnapshotFilter
from opensandbox.models.templates import TemplateFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opensandbox.contract.world import World

REFUSED = (400, 403, 404, 405, 422, 501)
"""Statuses of lists that a deployment does not have; then there is nothing to remove either."""


def sweep(world: World) -> list[str]:
    """Remove what carries the label of this run, and return what stays, or why that is not known."""
    left: list[str] = []
    # Sandboxes first: a snapshot may be in use by one that was restored from it.
    for kind, ids, remove in _kinds(world):
        left += _sweep_kind(kind, ids, remove, world.settings.patience)
    return left


Kind = tuple[str, "Callable[[], list[str]]", "Callable[[str], object]"]


def _kinds(world: World) -> Iterator[Kind]:
    manager, run, label = world.manager, world.settings.run, world.label

    # Looked at here once more: a server that filters wrongly lists what is somebody else's.
    def sandboxes() -> list[str]:
        return [
            found.id
            for found in manager.iter_sandbox_infos(SandboxFilter(metadata=label))
            if label.items() <= (found.metadata or {}).items() and found.status.state != "Terminated"
        ]

    def snapshots() -> list[str]:
        return [found.id for found in manager.iter_snapshots(SnapshotFilter(name=run)) if found.name == run]

    def templates() -> list[str]:
        return [
            found.template_id
            for found in manager.iter_templates(TemplateFilter(metadata=label))
            if label.items() <= (found.metadata or {}).items()
        ]

    yield "sandbox", sandboxes, manager.kill_sandbox
    yield "snapshot", snapshots, manager.delete_snapshot
    yield "template", templates, manager.delete_template


def _sweep_kind(
    kind: str, ids: Callable[[], list[str]], remove: Callable[[str], object], patience: float
) -> list[str]:
    """Remove until the list is empty: a deletion may be accepted long before it is done."""
    end = time.monotonic() + patience
    asked: set[str] = set()
    why: dict[str, str] = {}
    while True:
        try:
            found = ids()
        except SandboxException as failure:
            if isinstance(failure, SandboxApiException) and failure.status_code in REFUSED:
                return []
            if time.monotonic() > end:
                return [f"{kind}: cannot be listed: {failure}"]
            time.sleep(INTERVAL)  # one bad moment leaves nothing behind
            continue
        for identifier in found:
            if identifier in asked:
                continue
            try:
                remove(identifier)
                asked.add(identifier)
            except SandboxNotFoundException:
                asked.add(identifier)
            except SandboxException as failure:
                why[identifier] = f": {failure}"
        if not found:
            return []
        if time.monotonic() > end:
            return [f"{kind} {identifier} is still there{why.get(identifier, '')}" for identifier in found]
        time.sleep(INTERVAL)
