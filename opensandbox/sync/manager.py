"""Public path of the blocking `SandboxManagerSync`."""

from opensandbox._lazy import public_names
from opensandbox._sync.manager import SandboxManagerSync

__all__ = ["SandboxManagerSync"]

__getattr__ = public_names(__name__)
