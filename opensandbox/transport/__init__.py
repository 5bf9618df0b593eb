"""Retries for httpx transports: the policy, and the transports that follow it.

The SDK applies `ConnectionConfig.retry_policy` by itself; these names are for programs that bring
their own transport and want the same.

    transport = RetryAsyncTransport(httpx.AsyncHTTPTransport(), RetryPolicy(max_retries=5), owns_inner=True)
    config = ConnectionConfig(transport=transport)
"""

from typing import TYPE_CHECKING, TypeVar

from opensandbox._core.lazy import lazy_exports

if TYPE_CHECKING:
    from opensandbox._async.calls.retry import RetryAsyncTransport
    from opensandbox._sync.calls.retry import RetrySyncTransport
    from opensandbox.transport.retry import JitterMode, RetryCause, RetryEvent, RetryPolicy

__all__ = [
    "JitterMode",
    "RetryAsyncTransport",
    "RetryCause",
    "RetryEvent",
    "RetryPolicy",
    "RetrySyncTransport",
    "unwrap_retry_transport",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "opensandbox._async.calls.retry": "RetryAsyncTransport",
        "opensandbox._sync.calls.retry": "RetrySyncTransport",
        "opensandbox.transport.retry": "JitterMode RetryCause RetryEvent RetryPolicy",
    },
)

_T = TypeVar("_T")


def unwrap_retry_transport(transport: _T) -> _T:
    """Return the transport under a retry transport; any other transport comes back as it is."""
    from opensandbox._async.calls.retry import RetryAsyncTransport
    from opensandbox._sync.calls.retry import RetrySyncTransport

    if isinstance(transport, RetryAsyncTransport | RetrySyncTransport):
        return transport.inner  # type: ignore[return-value]
    return transport
