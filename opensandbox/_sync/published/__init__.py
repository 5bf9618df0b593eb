# Generated from opensandbox/_async/published/__init__.py by scripts/unasync.py. Do not edit.
"""Names of the published package that companions and older programs use."""
