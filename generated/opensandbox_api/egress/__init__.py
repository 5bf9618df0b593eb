# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
"""Client of the OpenSandbox egress API; loading the package loads none of its modules."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import AuthenticatedClient, Client
else:

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import client

        return getattr(client, name)


__all__ = ("AuthenticatedClient", "Client")
