"""The blocking twins; names load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core.lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox.sync.manager import SandboxManagerSync as SandboxManagerSync
    from opensandbox.sync.pool import SandboxPool as SandboxPool
    from opensandbox.sync.pool import SandboxPoolSync as SandboxPoolSync
    from opensandbox.sync.sandbox import SandboxSync as SandboxSync

__all__ = ["SandboxManagerSync", "SandboxPool", "SandboxPoolSync", "SandboxSync"]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox.sync.manager": "SandboxManagerSync",
        "opensandbox.sync.pool": "SandboxPool SandboxPoolSync",
        "opensandbox.sync.sandbox": "SandboxSync",
    },
)
