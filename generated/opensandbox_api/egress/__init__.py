# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
"""A client library for accessing OpenSandbox egress API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
