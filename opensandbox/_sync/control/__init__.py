# Generated from opensandbox/_async/control/__init__.py by scripts/unasync.py. Do not edit.
"""Sandboxes, snapshots and templates: made, listed, renewed, ended."""
