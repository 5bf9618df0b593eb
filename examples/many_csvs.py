"""Thirty files, thirty sandboxes, eight at a time, with a line of progress for each.

When: the work divides into independent pieces of untrusted input. `LocalServer(packages=["matplotlib"])` would draw real plots.
"""

import asyncio

from opensandbox import Sandbox
from opensandbox.local import LocalServer

FILES, AT_ONCE = 30, 8
DRAW = """
import csv
points = [float(row["y"]) for row in csv.DictReader(open("data.csv"))]
line = " ".join(f"{10 * x},{100 - y}" for x, y in enumerate(points))
open("plot.svg", "w").write(f'<svg xmlns="http://www.w3.org/2000/svg"><polyline points="{line}"/></svg>')
"""


async def main() -> None:
    turns, done = asyncio.Semaphore(AT_ONCE), 0

    async def plot(number: int) -> str:
        nonlocal done
        async with turns, Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
            rows = "".join(f"{x},{(x * number) % 100}\n" for x in range(20))
            await sandbox.files.write_file("/workspace/data.csv", f"x,y\n{rows}")
            await sandbox.files.write_file("/workspace/draw.py", DRAW)
            await sandbox.commands.run("python3 draw.py", cwd="/workspace", check=True)
            done += 1
            print(f"{done}/{FILES}", flush=True)
            return await sandbox.files.read_file("/workspace/plot.svg")

    async with LocalServer() as server:
        config = server.connection_config()
        plots = await asyncio.gather(*map(plot, range(FILES)))
    print(len(set(plots)), "different plots")


asyncio.run(main())
