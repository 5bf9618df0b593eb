"""Public path of the async `SandboxManager`."""

from opensandbox._async.manager import SandboxManager
from opensandbox._lazy import public_names

__all__ = ["SandboxManager"]

__getattr__ = public_names(__name__)
