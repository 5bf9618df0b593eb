"""Kept for programs written for 1.1.1: the async `SandboxManager`; new code imports it from `opensandbox`."""

from opensandbox._async.control.manager import SandboxManager
from opensandbox._core.lazy import public_names

__all__ = ["SandboxManager"]

__getattr__ = public_names(__name__)
