"""Public path of the blocking `SandboxManagerSync`."""

from opensandbox._core.lazy import public_names
from opensandbox._sync.control.manager import SandboxManagerSync

__all__ = ["SandboxManagerSync"]

__getattr__ = public_names(__name__)
