# Generated from opensandbox/_async/network/__init__.py by scripts/unasync.py. Do not edit.
"""A sandbox's network: outbound policy, credentials, ports."""
