"""Kept for programs written for 1.1.1: managers that destroy pools; new code imports them from `opensandbox.pool`."""

from __future__ import annotations

from opensandbox._async.pool.manager import SandboxPoolManagerAsync
from opensandbox._core.lazy import public_names
from opensandbox._sync.pool.manager import SandboxPoolManagerSync

SandboxPoolManager = SandboxPoolManagerSync

__all__ = ["SandboxPoolManager", "SandboxPoolManagerAsync", "SandboxPoolManagerSync"]

__getattr__ = public_names(__name__)
