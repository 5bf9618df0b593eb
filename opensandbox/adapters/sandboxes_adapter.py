"""For programs written for the published package, see `opensandbox.adapters`: the lifecycle API by id."""

from opensandbox._async.published.adapters import SandboxesAdapter

__all__ = ["SandboxesAdapter"]
