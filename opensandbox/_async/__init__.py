"""Hand-written I/O. `opensandbox/_sync` is generated from this package; edit here, then `make gen`."""
