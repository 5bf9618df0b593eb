"""Names of the published package's inside that its companions (command line, code interpreter) and other programs import.

They are here for those programs alone, outside the public surface: each is a thin cover of what the SDK itself uses.
New code has `sandbox.code`, `sandbox.metrics.watch`, `opensandbox.exceptions` and, by id, `SandboxManager`.
"""
