"""Public path of the blocking `SandboxSync`."""

from opensandbox._core.lazy import public_names
from opensandbox._sync.sandbox import SandboxSync

__all__ = ["SandboxSync"]

__getattr__ = public_names(__name__)
