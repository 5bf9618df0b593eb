# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
"""Clients for programs that call operations themselves, which all APIs share."""

from ..client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]
