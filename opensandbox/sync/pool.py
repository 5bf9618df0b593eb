"""Kept for programs written for 1.1.1: the pool for threads; new code imports it from `opensandbox.pool`."""

from opensandbox._core.lazy import public_names
from opensandbox._sync.pool.pool import SandboxPoolSync

SandboxPool = SandboxPoolSync

__all__ = ["SandboxPool", "SandboxPoolSync"]

__getattr__ = public_names(__name__)
