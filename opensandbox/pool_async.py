"""Kept for programs written for 1.1.1: the pool for asyncio; new code imports it from `opensandbox.pool`."""

from __future__ import annotations

from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.pool import SandboxPoolAsync
from opensandbox._core.lazy import public_names

AsyncSandboxPool = SandboxPoolAsync

__all__ = ["AsyncSandboxPool", "InMemoryAsyncPoolStateStore", "SandboxPoolAsync"]

__getattr__ = public_names(__name__)
