# Generated from opensandbox/_async/calls/__init__.py by scripts/unasync.py. Do not edit.
"""What a call passes through: errors, retries, redirects, waking."""
