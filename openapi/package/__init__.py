"""Clients of the OpenSandbox APIs, one sub-package each; importing this package loads none of them."""
