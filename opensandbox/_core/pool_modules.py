"""What a pool loads before it starts, as its first creations would otherwise: that can hold an event loop up for 100 ms."""

from __future__ import annotations

from typing import Final

NEEDED: Final = (
    "httpcore",
    "opensandbox._core.convert.sandboxes",
    "opensandbox_api.lifecycle.api.sandboxes.delete_sandboxes_sandbox_id",
    "opensandbox_api.lifecycle.api.sandboxes.get_sandboxes_sandbox_id_endpoints_port",
    "opensandbox_api.lifecycle.api.sandboxes.post_sandboxes",
    "opensandbox_api.lifecycle.api.sandboxes.post_sandboxes_sandbox_id_renew_expiration",
)
ASYNC_NEEDED: Final = (*NEEDED, "httpcore._backends.anyio", "anyio._backends._asyncio")
