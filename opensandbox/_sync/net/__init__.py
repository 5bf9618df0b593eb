# Generated from opensandbox/_async/net/__init__.py by scripts/unasync.py. Do not edit.
"""Connections: transports, TLS, deadlines, WebSockets."""
