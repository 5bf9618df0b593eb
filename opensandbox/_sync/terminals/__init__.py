# Generated from opensandbox/_async/terminals/__init__.py by scripts/unasync.py. Do not edit.
"""Terminals."""
