"""Programs that the server has run inside: before the main process, and periodically."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.run.process import spawn

if TYPE_CHECKING:
    from collections.abc import Mapping


async def run_hook(
    request: Mapping[str, Any], *, env: Mapping[str, str], cwd: str, log: int
) -> dict[str, Any]:
    """Run `request["command"]` to its end, for `request["timeout"]` seconds at the most; output goes to `log`.

    Returns `exit_code`, or `problem` in words where there is none. What the program leaves running in its process group is
    ended with it when time is up, and let be otherwise.
    """
    command = request["command"]
    try:
        process = spawn(command, env=env, cwd=cwd, stdout=log, stderr=log)
    except OSError as error:
        return {"problem": f"{command[0]!r} cannot be started: {error.strerror or error}"}
    try:
        async with asyncio.timeout(request["timeout"]):
            status = await asyncio.shield(process.exited)
    except TimeoutError:
        process.signal_group(signal.SIGKILL)
        await asyncio.shield(process.exited)
        return {"problem": f"it was killed after {request['timeout']:g} s"}
    except asyncio.CancelledError:
        process.signal_group(signal.SIGKILL)
        raise
    return {"exit_code": status} if status >= 0 else {"problem": f"signal {-status} ended it"}
