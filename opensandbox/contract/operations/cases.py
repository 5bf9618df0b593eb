"""What a row of the table of operations needs to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opensandbox import SandboxSync
from opensandbox.contract.results import Level
from opensandbox.contract.world import World

Call = Callable[[World], object]
Arguments = Callable[[World], dict[str, Any]]
Where = Callable[[World], SandboxSync]


@dataclass(frozen=True)
class Case:
    """One operation. `sdk` reaches it through the classes, `wire` returns the arguments of the generated client.

    Either may be `None`, and `why` says the reason. `where` is the sandbox whose daemon or sidecar is asked; `None`: the server.
    `optional` operations may be refused where a deployment has no such thing.
    """

    sdk: Call | None
    wire: Arguments | None
    level: Level = Level.V1_1
    optional: bool = False
    where: Where | None = None
    why: str = ""


def nothing(world: World) -> dict[str, Any]:
    """No arguments."""
    return {}


def plain(world: World) -> SandboxSync:
    """The plain sandbox."""
    return world.sandbox
