"""Kept for programs written for 1.1.1: the lifecycle API by id."""

from opensandbox._sync.published.adapters import SandboxesAdapterSync

__all__ = ["SandboxesAdapterSync"]
