"""Public path of the blocking `SandboxSync`."""

from opensandbox._sync.sandbox import SandboxSync

__all__ = ["SandboxSync"]
