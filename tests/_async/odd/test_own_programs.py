"""What users do to their own programs inside a sandbox, in both twins."""

from __future__ import annotations

import pytest

from opensandbox import Sandbox

pytestmark = pytest.mark.anyio

VERSION = "import sys; print(sys.version_info[:3])"


@pytest.mark.parametrize(
    "command",
    [
        "pkill -f python",
        "kill $(ps aux | grep '[p]ython' | awk '{print $2}')",
        "pkill -f opensandbox",
        "kill -TERM -1",
        "kill -9 -1",
    ],
)
async def test_who_stops_all_programs_keeps_the_sandbox(box: Sandbox, command: str) -> None:
    await box.files.write_file("/workspace/work.txt", "hours of work")
    await box.commands.start("python3 -m http.server 8000")
    await box.commands.run(command)
    assert await box.files.read_file("/workspace/work.txt") == "hours of work"
    assert (await box.get_info()).status.state == "Running"


async def test_there_is_one_python(box: Sandbox) -> None:
    found = {
        (await box.commands.run([name, "-c", VERSION], check=True)).text for name in ("python", "python3")
    }
    found.add("".join(line.text.strip() for line in (await box.code.run(VERSION, check=True)).logs.stdout))
    assert len(found) == 1
