"""`python -m opensandbox.integrations.mcp`: the MCP server by stdio, or by streamable HTTP."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from opensandbox._core.command_line import Parser

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client is gone, or until Ctrl-C."""
    parser = Parser(prog="python -m opensandbox.integrations.mcp", description="Sandboxes as MCP tools.")
    parser.add_argument("--http", action="store_true", help="serve streamable HTTP instead of stdio")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--image", default="python:3.12", help="image of new sandboxes (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        from opensandbox.integrations.mcp.server import create_server
    except ImportError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    server = create_server(image=options.image)
    if options.http:
        server.run("streamable-http", host=options.host, port=options.port)
    else:
        server.run("stdio")
    return 0


if __name__ == "__main__":
    sys.exit(main())
