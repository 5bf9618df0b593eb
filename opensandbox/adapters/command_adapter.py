"""Kept for programs written for 1.1.1: commands of a sandbox that is known by its endpoint."""

from opensandbox._async.published.adapters import CommandsAdapter

__all__ = ["CommandsAdapter"]
