"""The pool for threads."""

from opensandbox._core.lazy import public_names
from opensandbox._sync.pool.pool import SandboxPoolSync

SandboxPool = SandboxPoolSync

__all__ = ["SandboxPool", "SandboxPoolSync"]

__getattr__ = public_names(__name__)
