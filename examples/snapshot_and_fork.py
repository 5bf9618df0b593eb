"""Prepare a sandbox once, and start several from what it holds.

When: the preparation is slow (a clone, an install), and each attempt of an agent should begin from the same state.
"""

import asyncio

from opensandbox import Sandbox, SandboxManager
from opensandbox.local import LocalServer


async def main() -> None:
    async with LocalServer() as server:
        config = server.connection_config()
        async with await SandboxManager.create(config) as manager:
            async with Sandbox.ephemeral("ubuntu", connection_config=config) as prepared:
                await prepared.commands.run("echo 'x = 1' > /workspace/settings.py", check=True)
                snapshot = await manager.wait_for_snapshot((await prepared.create_snapshot("prepared")).id)

            async def attempt(number: int) -> str:
                async with Sandbox.ephemeral(snapshot_id=snapshot.id, connection_config=config) as sandbox:
                    await sandbox.commands.run(f"echo 'x = {number}' >> settings.py", cwd="/workspace")
                    return (await sandbox.files.read_file("/workspace/settings.py")).replace("\n", "; ")

            for text in await asyncio.gather(*map(attempt, range(3))):
                print(text)
            await manager.delete_snapshot(snapshot.id)


asyncio.run(main())
