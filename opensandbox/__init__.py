"""Create isolated sandboxes from Python: run commands, move files, steer the network, keep warm pools.

    sandbox = await Sandbox.create("python:3.12")
    print((await sandbox.commands.run("python --version")).text)
    await sandbox.destroy()

Every class exists twice: `Sandbox` for asyncio, `SandboxSync` for threads. Names load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox._version import __version__ as __version__
    from opensandbox.manager import SandboxManager as SandboxManager
    from opensandbox.sandbox import Sandbox as Sandbox
    from opensandbox.sync.manager import SandboxManagerSync as SandboxManagerSync
    from opensandbox.sync.sandbox import SandboxSync as SandboxSync

__all__ = [
    "Sandbox",
    "SandboxManager",
    "SandboxManagerSync",
    "SandboxSync",
    "__version__",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox._version": "__version__",
        "opensandbox.manager": "SandboxManager",
        "opensandbox.sandbox": "Sandbox",
        "opensandbox.sync.manager": "SandboxManagerSync",
        "opensandbox.sync.sandbox": "SandboxSync",
    },
)
