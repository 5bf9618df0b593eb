"""An agent's tool: run what the model wrote, show the output as it comes, and give the model a bounded text back.

When: your agent framework wants a function. One sandbox lives as long as the conversation; each call is one command.
"""

import asyncio

from opensandbox import Sandbox
from opensandbox.local import LocalServer

MOST = 2_000  # characters that go back to the model


async def run_shell(sandbox: Sandbox, command: str) -> str:
    """Run a command; what the model reads: output, then how it ended."""
    execution = await sandbox.commands.run(
        command, timeout=10, max_output=MOST, on_stdout=lambda line: print("  │", line)
    )
    ending = "timed out" if execution.timed_out else f"exit code {execution.exit_code}"
    return f"{execution.output.strip()}\n[{ending}]"


async def main() -> None:
    async with LocalServer() as server:
        async with Sandbox.ephemeral("ubuntu", connection_config=server.connection_config()) as sandbox:
            for command in ("echo 'print(6 * 7)' > answer.py", "python3 answer.py", "python3 missing.py"):
                print("$", command)
                print(await run_shell(sandbox, command))


asyncio.run(main())
