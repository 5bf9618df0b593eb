"""Request handlers of the lifecycle and diagnostics APIs, one module per group of routes."""
