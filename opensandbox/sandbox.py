"""Public path of the async `Sandbox`."""

from opensandbox._async.sandbox import Sandbox

__all__ = ["Sandbox"]
