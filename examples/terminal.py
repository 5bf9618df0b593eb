"""A terminal: type into an interactive program, read its screen, leave it running, come back.

When: a program asks questions, draws on the screen, or needs a TTY. Needs the extra `pty`.
"""

import asyncio

from opensandbox import Sandbox
from opensandbox.local import LocalServer


async def main() -> None:
    async with LocalServer() as server:
        async with Sandbox.ephemeral("ubuntu", connection_config=server.connection_config()) as sandbox:
            async with await sandbox.pty.open("python3 -i -q", cols=100, rows=30) as terminal:
                await terminal.send("name = input('your name? ')\n")
                await terminal.send("Ada\n")
                await terminal.send("print('hello,', name)\nexit(3)\n")
                screen = b"".join([data async for data in terminal]).decode()
            print("hello, Ada" in screen, "exit code", terminal.exit_code)


asyncio.run(main())
