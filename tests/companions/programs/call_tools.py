"""Start the MCP server over stdio and call its tools: a JSON object a line on standard input, an answer a line back."""

import json
import os
import sys

import anyio
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main(command: str, environment: dict[str, str]) -> None:
    server = StdioServerParameters(command=command, args=["--transport", "stdio"], env=environment)
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        names = [tool.name for tool in (await session.list_tools()).tools]
        print(json.dumps(names), flush=True)
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            call = json.loads(line)
            result = await session.call_tool(call["tool"], call["arguments"])
            print(result.model_dump_json(), flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], dict(os.environ))
