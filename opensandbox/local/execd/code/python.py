"""Python in a sandbox: IPython's kernel where it is installed there, else ours."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

from opensandbox.local.execd.code.kernel import JupyterKernel, Launch
from opensandbox.local.execd.code.plain_kernel import PlainKernel
from opensandbox.local.execd.http.errors import runtime_error
from opensandbox.local.execd.run.process import spawn

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBE_SECONDS = 20.0
_ARGUMENTS = ("-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False")


async def start_python(env: Mapping[str, str], cwd: str) -> JupyterKernel | PlainKernel:
    """Start the Python that programs of the sandbox find. ExecdError when it cannot be had."""
    python = sandbox_python(env)
    if python is None:
        raise runtime_error("there is no Python in this sandbox: neither python3 nor python is on its PATH")
    if await has_ipykernel(python, env, cwd):
        launch = Launch("the Python kernel", (python, *_ARGUMENTS), unix_sockets=True)
        return await JupyterKernel.start(launch, env, cwd)
    return await PlainKernel.start(python, env, cwd)


def sandbox_python(env: Mapping[str, str]) -> str | None:
    """Return the Python that programs of the sandbox find."""
    return shutil.which("python3", path=env.get("PATH")) or shutil.which("python", path=env.get("PATH"))


async def has_ipykernel(python: str, env: Mapping[str, str], cwd: str) -> bool:
    """Return whether a Python has IPython's kernel, and the daemon what it takes to speak to that."""
    try:
        import jupyter_client  # noqa: F401 - whether it can be
    except ImportError:
        return False
    program = "import importlib.util, sys; sys.exit(importlib.util.find_spec('ipykernel') is None)"
    probe = spawn(
        (python, "-c", program), env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    done, _ = await asyncio.wait({probe.exited}, timeout=PROBE_SECONDS)
    probe.signal_group(signal.SIGKILL)
    return bool(done) and probe.exited.result() == 0
