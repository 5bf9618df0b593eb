"""A directory goes in, a program works on it, and what it made comes back.

When: a build, a code change by an agent, a conversion of many files. Modes, times and links are kept.
"""

import asyncio
import tempfile
from pathlib import Path

from opensandbox import Sandbox
from opensandbox.local import LocalServer


async def main() -> None:
    async with LocalServer() as server:
        async with Sandbox.ephemeral("ubuntu", connection_config=server.connection_config()) as sandbox:
            with tempfile.TemporaryDirectory() as scratch:
                source, target = Path(scratch, "source"), Path(scratch, "built")
                source.mkdir()
                for name in ("one", "two", "three"):
                    (source / f"{name}.txt").write_text(f"{name}\n" * 3)

                await sandbox.files.upload_dir(source, "/workspace/source")
                await sandbox.commands.run(
                    "mkdir built && for f in source/*; do sort -u $f > built/$(basename $f); done",
                    cwd="/workspace",
                    check=True,
                )
                report = await sandbox.files.download_dir("/workspace/built", target)
                print(sorted(path.name for path in target.iterdir()), "skipped:", report.skipped)
                print((target / "two.txt").read_text(), end="")


asyncio.run(main())
