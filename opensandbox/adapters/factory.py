"""Kept for programs written for 1.1.1: services by themselves."""

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
