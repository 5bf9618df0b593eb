# Generated from opensandbox/_async/files/__init__.py by scripts/unasync.py. Do not edit.
"""Files."""
