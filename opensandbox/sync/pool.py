"""The pool for threads."""

from opensandbox._sync.pool.pool import SandboxPoolSync

SandboxPool = SandboxPoolSync

__all__ = ["SandboxPool", "SandboxPoolSync"]
