"""An MCP server whose tools are sandboxes: `python -m opensandbox.integrations.mcp`, by stdio or streamable HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core.lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox.integrations.mcp.server import create_server as create_server

__all__ = ["create_server"]

__getattr__, __dir__ = lazy_exports(__name__, {"opensandbox.integrations.mcp.server": "create_server"})
