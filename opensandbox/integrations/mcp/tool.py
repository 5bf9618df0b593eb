"""What the tools have in common: how they are declared, how they fail, and how they tell that they are getting on."""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

from opensandbox.exceptions import SandboxException
from opensandbox.models.handlers import ExecutionHandlers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp.server.mcpserver import Context

    from opensandbox import Sandbox
    from opensandbox.integrations.mcp.sandboxes import Sandboxes
    from opensandbox.models.executions import OutputMessage

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
RUNS = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)

REPORT_INTERVAL = 0.2
"""Seconds between two reports of progress."""


class Toolset:
    """Tools about one subject: methods that are declared with `tool`."""

    tools: ClassVar[dict[str, ToolAnnotations]]

    def __init__(self, sandboxes: Sandboxes) -> None:
        self.sandboxes = sandboxes

    def __init_subclass__(cls) -> None:
        cls.tools = {
            name: method.annotations for name, method in vars(cls).items() if hasattr(method, "annotations")
        }

    async def sandbox(self, sandbox_id: str | None) -> Sandbox:
        """Return the sandbox that a tool works in."""
        return await self.sandboxes.get(sandbox_id)


def tool(annotations: ToolAnnotations) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """Declare a method of a toolset as a tool. What the package raises becomes the text of a failed call."""

    def declare(method: Callable[..., Awaitable[Any]]) -> Any:
        @wraps(method)
        async def call(self: Toolset, *arguments: Any, **named: Any) -> Any:
            try:
                return await method(self, *arguments, **named)
            except (
                SandboxException,
                RuntimeError,
            ) as failure:  # an embedded server that cannot start is a RuntimeError
                sandbox_id = named.get("sandbox_id")
                if not await self.sandboxes.is_gone(sandbox_id):
                    raise ToolError(str(failure)) from failure
                advice = (
                    "create another one"
                    if sandbox_id
                    else "the next call without sandbox_id creates another one"
                )
                raise ToolError(
                    f"the sandbox has ended, and its files are gone: {advice} ({failure})"
                ) from failure

        call.annotations = annotations  # type: ignore[attr-defined]
        return call

    return declare


def reporting(context: Context) -> ExecutionHandlers:
    """Return handlers that report output as progress, for clients that asked for it: the last line of each interval."""
    pieces, reported = 0, 0.0

    async def report(message: OutputMessage) -> None:
        nonlocal pieces, reported
        pieces += 1
        if time.monotonic() - reported >= REPORT_INTERVAL:
            reported = time.monotonic()
            await context.report_progress(pieces, message=message.text.rstrip("\n")[-500:])

    return ExecutionHandlers(on_stdout=report, on_stderr=report)
