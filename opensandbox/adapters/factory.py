"""For programs written for the published package, see `opensandbox.adapters`: services by themselves."""

from opensandbox._async.adapters import AdapterFactory

__all__ = ["AdapterFactory"]
