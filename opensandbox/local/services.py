"""The parts of a running server that request handlers work with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opensandbox.local.proxy.address import Signer

if TYPE_CHECKING:
    from starlette.requests import Request

    from opensandbox.local.images.choice import Images
    from opensandbox.local.registry import Registry
    from opensandbox.local.settings import ServerSettings
    from opensandbox.local.snapshots import Snapshots
    from opensandbox.local.templates import Templates


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one server; `services_of(request)` returns them. `address` is the host and port that it listens on."""

    settings: ServerSettings
    address: str
    registry: Registry
    snapshots: Snapshots
    templates: Templates
    images: Images
    signer: Signer = field(default_factory=lambda: Signer(secrets.token_bytes(32)))


def services_of(request: Request) -> Services:
    """Return the services of the server that a request came to."""
    services: Services = request.app.state.services
    return services
