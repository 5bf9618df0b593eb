"""What a server's states mean for a wait: continue, done, or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opensandbox._core.names import misspelt
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxTerminatedException,
    SnapshotFailedException,
    TemplateFailedException,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opensandbox.models.sandboxes import SandboxInfo, SnapshotInfo
    from opensandbox.models.templates import TemplateInfo

OVER = frozenset({"Terminated", "Failed"})
"""States of a sandbox that it never leaves."""

PAUSED: Final = frozenset({"Pausing", "Paused"})
RESUMED: Final = frozenset({"Resuming", "Running"})

SANDBOX_STATES: Final = (
    "Pending", "Running", "Pausing", "Paused", "Resuming", "Stopping", "Terminated", "Failed", "Unknown"
)  # fmt: skip
SNAPSHOT_STATES: Final = ("Creating", "Ready", "Failed", "Deleting")

_ALIKE: Final = 0.8
"""`Starting`, which a newer server may know, is like `Stopping` by 0.63, and `Pasued` like `Paused` by 0.83."""


def check_states(name: str, states: Iterable[str], known: Iterable[str]) -> None:
    """Refuse misspelt states, which no sandbox or snapshot is ever in. Letter case does not matter to servers.

    A newer server may know more states, so a word that resembles none of the known ones goes through.
    """
    words = list(known)
    for state in states:
        if not isinstance(state, str):
            raise InvalidArgumentException(f"{name} must be words such as {words[1]!r}, not {state!r}")
        meant = misspelt(state, words, _ALIKE)
        if meant is not None and meant.lower() != state.lower():
            raise InvalidArgumentException(f"{name}: unknown state {state!r}; did you mean {meant!r}?")


def has_state(info: SandboxInfo, wanted: str) -> bool:
    """Tell whether a sandbox is in the wanted state. One that is over, and was not wanted to be, is raised."""
    status = info.status
    if status.state.lower() == wanted.lower():
        return True
    if status.state in OVER:
        raise SandboxTerminatedException(
            f"sandbox {info.id} is {status.state} and will not be {wanted} any more{why(status.reason, status.message)}; "
            "create a new one",
            info=info,
        )
    return False


def is_ready(snapshot: SnapshotInfo) -> bool:
    """Tell whether sandboxes can be started from a snapshot; one that failed is raised."""
    status = snapshot.status
    if status.state == "Failed":
        raise SnapshotFailedException(
            f"snapshot {snapshot.id} of sandbox {snapshot.sandbox_id} failed{why(status.reason, status.message)}; "
            "delete it and take another one",
            snapshot=snapshot,
        )
    return status.state == "Ready"


def is_built(template: TemplateInfo) -> bool:
    """Tell whether sandboxes can be started from a template; one that could not be built is raised."""
    status = template.status
    if status.phase == "Failed":
        raise TemplateFailedException(
            f"template {template.template_id} could not be built from {template.image}{why(None, status.message)}; "
            "correct its request and create it again",
            template=template,
        )
    return status.phase == "Succeeded"


def why(reason: str | None, message: str | None) -> str:
    """Return reason and message of a status as they stand in a sentence."""
    said = ": ".join(filter(None, (reason, message)))
    return f" ({said})" if said else ""
