"""Public path of the blocking `SandboxManagerSync`."""

from opensandbox._sync.manager import SandboxManagerSync

__all__ = ["SandboxManagerSync"]
