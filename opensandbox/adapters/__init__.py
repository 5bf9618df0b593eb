"""Kept for programs written for 1.1.1: names from inside the published package that its companions import.

They are here for those programs alone, outside the public surface: each is a thin cover of what the SDK itself uses.
New code has `sandbox.code`, `sandbox.metrics.watch`, `opensandbox.exceptions` and, by id, `SandboxManager`.
"""
