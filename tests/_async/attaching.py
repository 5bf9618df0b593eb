"""Sandbox objects for a deployment that misbehaves: nothing is repeated unless a test asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.transport import RetryPolicy
from tests.support.deployment import Deployment

BOX = "box"
API_KEY = "api-key-that-nobody-may-see"
LOOKUP = f"GET /v1/sandboxes/{BOX}/endpoints/44772"

AT_ONCE = RetryPolicy(initial_backoff=timedelta(0), max_backoff=timedelta(0))
"""The default policy without its pauses."""


def config_for(deployment: Deployment, **more: Any) -> ConnectionConfig:
    """Return the config for a deployment."""
    settings = {
        "domain": deployment.address,
        "api_key": API_KEY,
        "trust_env": False,
        "retry_policy": RetryPolicy.disabled(),
        **more,
    }
    return ConnectionConfig(**settings)


async def attach(
    deployment: Deployment, *, request_timeout: timedelta | float | None = None, **more: Any
) -> Sandbox:
    """Attach to a sandbox that is there, without asking whether it is well; the one request is the endpoint lookup.

    A `request_timeout` holds from then on: it is the test's subject, and a busy machine needs longer to attach.
    """
    deployment.add(BOX)
    sandbox = await Sandbox.connect(BOX, config_for(deployment, **more), skip_health_check=True)
    if request_timeout is not None:
        limit = (
            request_timeout if isinstance(request_timeout, timedelta) else timedelta(seconds=request_timeout)
        )
        sandbox.connection_config.request_timeout = limit
    return sandbox
