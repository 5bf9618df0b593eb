# Generated from opensandbox/_async/monitoring/__init__.py by scripts/unasync.py. Do not edit.
"""Health, metrics, diagnostics."""
