# Generated from opensandbox/_async/services/__init__.py by scripts/unasync.py. Do not edit.
"""What the parts of a sandbox can do, as protocols: for annotations, and for stand-ins in tests."""
