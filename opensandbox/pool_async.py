"""The pool for asyncio."""

from __future__ import annotations

from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.pool import SandboxPoolAsync
from opensandbox._core.lazy import public_names

AsyncSandboxPool = SandboxPoolAsync

__all__ = ["AsyncSandboxPool", "InMemoryAsyncPoolStateStore", "SandboxPoolAsync"]

__getattr__ = public_names(__name__)
