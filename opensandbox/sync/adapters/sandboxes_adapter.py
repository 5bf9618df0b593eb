"""For programs written for the published package, see `opensandbox.adapters`: the lifecycle API by id."""

from opensandbox._sync.published.adapters import SandboxesAdapterSync

__all__ = ["SandboxesAdapterSync"]
