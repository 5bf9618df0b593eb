"""What a pool loads before it starts, as its first creations would otherwise: that can hold an event loop up for 100 ms."""

from __future__ import annotations

from typing import Final

NEEDED: Final = (
    "httpcore",
    "opensandbox._core.convert.sandboxes",
    "opensandbox_api.execd.api.health.ping",
    "opensandbox_api.lifecycle.api.sandboxes.delete_sandboxes_sandbox_id",
    "opensandbox_api.lifecycle.api.sandboxes.get_sandboxes_sandbox_id_endpoints_port",
    "opensandbox_api.lifecycle.api.sandboxes.post_sandboxes",
    "opensandbox_api.lifecycle.api.sandboxes.post_sandboxes_sandbox_id_renew_expiration",
    "opensandbox_api.lifecycle.models.create_sandbox_response_extensions",
    "opensandbox_api.lifecycle.models.create_sandbox_response_metadata",
    "opensandbox_api.lifecycle.models.endpoint_headers",
    "opensandbox_api.lifecycle.models.image_spec",
    "opensandbox_api.lifecycle.models.platform_spec",
    "opensandbox_api.lifecycle.models.resource_limits",
    "opensandbox_api.lifecycle.models.sandbox_status",
)
ASYNC_NEEDED: Final = (*NEEDED, "opensandbox._concurrency.asyncio_network")
