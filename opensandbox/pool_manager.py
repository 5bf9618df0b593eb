"""Managers that destroy pools."""

from __future__ import annotations

from opensandbox._async.pool.manager import SandboxPoolManagerAsync
from opensandbox._core.lazy import public_names
from opensandbox._sync.pool.manager import SandboxPoolManagerSync

SandboxPoolManager = SandboxPoolManagerSync

__all__ = ["SandboxPoolManager", "SandboxPoolManagerAsync", "SandboxPoolManagerSync"]

__getattr__ = public_names(__name__)
