# Generated from opensandbox/_async/pool/__init__.py by scripts/unasync.py. Do not edit.
"""Pools of warm sandboxes: members, their reconciler, and the stores that they share."""
