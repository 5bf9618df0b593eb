"""A server in the background, and requests to its port from outside.

When: an agent builds a web application, and you want to look at it, test it, or hand out its address.
"""

import asyncio

from opensandbox import Sandbox
from opensandbox.local import LocalServer


async def main() -> None:
    async with LocalServer() as server:
        async with Sandbox.ephemeral("ubuntu", connection_config=server.connection_config()) as sandbox:
            await sandbox.files.write_file("/workspace/index.html", "<h1>it works</h1>")
            site = await sandbox.commands.start("exec python3 -u -m http.server 8000", cwd="/workspace")
            async for line in site.logs():  # its first line says that it listens
                print(line.strip())
                break

            async with sandbox.http(8000) as client:
                print((await client.get("/index.html")).text)
            print("its address:", (await sandbox.get_endpoint(8000)).endpoint)


asyncio.run(main())
