"""How to reach a server: `ConnectionConfig` for the async side, `ConnectionConfigSync` for the blocking one."""

from typing import TYPE_CHECKING

from opensandbox._core.lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox.config.connection import ConnectionConfig
    from opensandbox.config.connection_sync import ConnectionConfigSync
    from opensandbox.config.limits import AnswerLimits

__all__ = ["AnswerLimits", "ConnectionConfig", "ConnectionConfigSync"]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox.config.connection": "ConnectionConfig",
        "opensandbox.config.connection_sync": "ConnectionConfigSync",
        "opensandbox.config.limits": "AnswerLimits",
    },
)
