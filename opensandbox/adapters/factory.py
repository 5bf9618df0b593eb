"""For programs written for the published package, see `opensandbox.adapters`: services by themselves."""

from opensandbox._async.published.adapters import (
    AdapterFactory,
    CommandsAdapter,
    DiagnosticsAdapter,
    EgressAdapter,
    FilesystemAdapter,
    HealthAdapter,
    IsolatedSessionsAdapter,
    MetricsAdapter,
    NetworkPolicyAdapter,
    SandboxesAdapter,
)

__all__ = [
    "AdapterFactory",
    "CommandsAdapter",
    "DiagnosticsAdapter",
    "EgressAdapter",
    "FilesystemAdapter",
    "HealthAdapter",
    "IsolatedSessionsAdapter",
    "MetricsAdapter",
    "NetworkPolicyAdapter",
    "SandboxesAdapter",
]
