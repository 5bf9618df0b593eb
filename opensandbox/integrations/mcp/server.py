"""The MCP server, without a transport."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from opensandbox import __version__
from opensandbox.integrations import needs_extra

try:
    from mcp.server.mcpserver import MCPServer
except ImportError as error:
    raise needs_extra("mcp", error) from error

from opensandbox.integrations.mcp.files import FileTools
from opensandbox.integrations.mcp.lifecycle import LifecycleTools
from opensandbox.integrations.mcp.programs import ProgramTools
from opensandbox.integrations.mcp.sandboxes import Sandboxes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from opensandbox.config import ConnectionConfig

__all__ = ["DEFAULT_IMAGE", "create_server"]

DEFAULT_IMAGE = "python:3.12"

INSTRUCTIONS = """Isolated Linux sandboxes. Tools that are called without sandbox_id share one, which is created on first use and
keeps its files and processes between calls. Nothing in it can reach the user's machine. Work below /workspace."""


def create_server(
    *, image: str = DEFAULT_IMAGE, connection_config: ConnectionConfig | None = None
) -> MCPServer[Any]:
    """Return an MCP server with all tools, to be run by a transport or mounted in a program of your own.

    `image` is what sandboxes are created from when a call names none. Without `connection_config` and `OPEN_SANDBOX_DOMAIN` the
    first call starts an embedded server. Sandboxes that it created end with it; all its clients share the default one.

        create_server(image="ubuntu").run("streamable-http", port=8000)
    """
    sandboxes = Sandboxes(image, connection_config)

    @asynccontextmanager
    async def lifespan(_: MCPServer[Any]) -> AsyncIterator[None]:
        async with sandboxes:
            yield

    server = MCPServer(
        "opensandbox", version=__version__, instructions=INSTRUCTIONS, lifespan=lifespan, log_level="WARNING"
    )
    for toolset in (ProgramTools(sandboxes), FileTools(sandboxes), LifecycleTools(sandboxes)):
        for name, hints in toolset.tools.items():
            server.add_tool(getattr(toolset, name), annotations=hints)
    return server
