"""Public path of the async `Sandbox`."""

from opensandbox._async.sandbox import Sandbox
from opensandbox._core.lazy import public_names

__all__ = ["Sandbox"]

__getattr__ = public_names(__name__)
