# Written by scripts/generate.py from openapi/package/__init__.py. Do not edit; change the source and run `make gen`.
"""Clients of the OpenSandbox APIs, one sub-package each; importing this package loads none of them."""
