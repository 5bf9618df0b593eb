# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
"""A client library for accessing OpenSandbox execd API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
