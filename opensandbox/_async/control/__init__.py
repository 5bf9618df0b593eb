"""Sandboxes, snapshots and templates: made, listed, renewed, ended."""
