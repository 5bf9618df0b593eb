"""Kept for programs written for 1.1.1: commands of a sandbox that is known by its endpoint."""

from opensandbox._sync.published.adapters import CommandsAdapterSync

__all__ = ["CommandsAdapterSync"]
