"""For programs written for the published package, see `opensandbox.adapters`: services by themselves."""

from opensandbox._sync.adapters import AdapterFactorySync

__all__ = ["AdapterFactorySync"]
