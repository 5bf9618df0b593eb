"""Kept for programs written for 1.1.1: the lifecycle API by id."""

from opensandbox._async.published.adapters import SandboxesAdapter

__all__ = ["SandboxesAdapter"]
