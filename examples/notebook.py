"""Code that keeps its variables from one run to the next, like the cells of a notebook.

When: a model explores data step by step. A context of its own keeps two tasks apart in one sandbox.
"""

import asyncio

from opensandbox import Sandbox
from opensandbox.local import LocalServer

CELLS = [
    "import statistics\nvalues = [3, 1, 4, 1, 5, 9, 2, 6]",
    "statistics.mean(values)",
    "print('sorted:', sorted(values))\nmax(values)",
    "values[99]",
]


async def main() -> None:
    async with LocalServer() as server:
        async with Sandbox.ephemeral("ubuntu", connection_config=server.connection_config()) as sandbox:
            async with sandbox.code.context("python") as context:
                for number, cell in enumerate(CELLS, 1):
                    execution = await sandbox.code.run(cell, context=context)
                    if execution.error is None:
                        print(f"[{number}]", execution.text)
                    else:
                        print(f"[{number}] {execution.error.name}: {execution.error.value}")


asyncio.run(main())
