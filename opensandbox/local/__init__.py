"""The embedded server: OpenSandbox on this one machine, without Docker, Kubernetes or an account.

Start it from a program:

    from opensandbox import SandboxSync
    from opensandbox.local import LocalServer

    with LocalServer() as server:
        with SandboxSync.create("ubuntu", connection_config=server.connection_config_sync()) as sandbox:
            print(sandbox.commands.run("echo hello").logs.stdout[0].text)
            sandbox.kill()

or from a shell: `opensandbox-local` (the same as `python -m opensandbox.local`). It is meant for one developer's
machine or one CI job, not for several tenants and not for hostile code of strangers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opensandbox.local.server import LocalServer

__all__ = ["LocalServer"]


def __getattr__(name: str) -> Any:
    if name == "LocalServer":
        from opensandbox.local.server import LocalServer

        return LocalServer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
