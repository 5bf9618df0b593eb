"""Public path of the async `SandboxManager`."""

from opensandbox._async.manager import SandboxManager

__all__ = ["SandboxManager"]
