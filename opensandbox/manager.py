"""Public path of the async `SandboxManager`."""

from opensandbox._async.control.manager import SandboxManager
from opensandbox._core.lazy import public_names

__all__ = ["SandboxManager"]

__getattr__ = public_names(__name__)
