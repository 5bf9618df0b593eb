"""Which sandbox a name stands for."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from opensandbox._core.control.labels import check_labels
from opensandbox._core.control.states import OVER, PAUSED
from opensandbox._core.convert.values import strings
from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opensandbox.models.sandboxes import SandboxInfo

NAME_LABEL: Final = "opensandbox-name"
"""The label that holds the name."""

ORIGIN_LABEL: Final = "opensandbox-name-origin"
"""The label that says which snapshot a sandbox of a name was made from, as a digest."""

ATTACHING: Final = ("connection_config", "health_check", "health_check_polling_interval", "skip_health_check")
"""Arguments of `create` that `connect` and `resume` have as well."""


def labelled(name: object, metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Return the labels by which a sandbox of this name is found."""
    if not isinstance(name, str) or not name:
        raise InvalidArgumentException(f'name must be a word such as "job-1", not {name!r}')
    check_labels("name", {NAME_LABEL: name})
    labels = strings("metadata", metadata)
    if NAME_LABEL in labels:
        raise InvalidArgumentException(f"metadata has the key {NAME_LABEL!r}, which name sets; leave it out")
    return {**labels, NAME_LABEL: name}


def labels_of_new(labels: Mapping[str, str], snapshot_id: str | None) -> dict[str, str]:
    """Return the labels of a sandbox that is made for a name."""
    return dict(labels) if snapshot_id is None else {**labels, ORIGIN_LABEL: _digest(snapshot_id)}


def was_made_for_it(info: SandboxInfo) -> bool:
    """Tell whether a sandbox was made for its name. Servers copy the labels of a snapshot to what is restored from it."""
    made_from = info.snapshot_id
    return made_from is None or (info.metadata or {}).get(ORIGIN_LABEL) == _digest(made_from)


def _digest(snapshot_id: str) -> str:
    # An id may hold what a label may not.
    return sha256(snapshot_id.encode()).hexdigest()[:32]


def oldest(infos: Iterable[SandboxInfo]) -> SandboxInfo | None:
    """Return the sandbox that all callers agree on; those that end do not count, nor copies of one by way of a snapshot."""
    alive = [
        info
        for info in infos
        if info.status.state not in OVER and info.status.state != "Stopping" and was_made_for_it(info)
    ]
    return min(alive, key=lambda info: (info.created_at, info.id), default=None)


def is_being_made(info: SandboxInfo) -> bool:
    """Tell whether a sandbox is on its way to a state in which it can be used or resumed."""
    return info.status.state in ("Pending", "Resuming", "Pausing")


def is_paused(info: SandboxInfo) -> bool:
    """Tell whether a sandbox has to be resumed before it can be used."""
    return info.status.state in PAUSED
