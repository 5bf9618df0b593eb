"""Kept for programs written for 1.1.1: the blocking `SandboxSync`; new code imports it from `opensandbox`."""

from opensandbox._core.lazy import public_names
from opensandbox._sync.sandbox import SandboxSync

__all__ = ["SandboxSync"]

__getattr__ = public_names(__name__)
