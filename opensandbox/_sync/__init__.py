# Generated from opensandbox/_async/__init__.py by scripts/unasync.py. Do not edit.
"""Hand-written I/O. `opensandbox/_sync` is generated from this package; edit here, then `make gen`."""
