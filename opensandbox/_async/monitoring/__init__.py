"""Health, metrics, diagnostics."""
