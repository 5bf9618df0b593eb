"""For programs written for the published package, see `opensandbox.adapters`: commands of a sandbox that is known by its endpoint."""

from opensandbox._async.published.adapters import CommandsAdapter

__all__ = ["CommandsAdapter"]
