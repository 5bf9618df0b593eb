# Generated from opensandbox/_async/run/__init__.py by scripts/unasync.py. Do not edit.
"""Commands, code, sessions, and the streams of what they print."""
