"""Kept for programs written for 1.1.1: the blocking `SandboxManagerSync`; new code imports it from `opensandbox`."""

from opensandbox._core.lazy import public_names
from opensandbox._sync.control.manager import SandboxManagerSync

__all__ = ["SandboxManagerSync"]

__getattr__ = public_names(__name__)
