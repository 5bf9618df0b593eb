"""Kept for programs written for 1.1.1: services by themselves."""

from opensandbox._sync.published.adapters import (
    AdapterFactorySync,
    CommandsAdapterSync,
    DiagnosticsAdapterSync,
    EgressAdapterSync,
    FilesystemAdapterSync,
    HealthAdapterSync,
    IsolatedSessionsAdapterSync,
    MetricsAdapterSync,
    NetworkPolicyAdapterSync,
    SandboxesAdapterSync,
)

__all__ = [
    "AdapterFactorySync",
    "CommandsAdapterSync",
    "DiagnosticsAdapterSync",
    "EgressAdapterSync",
    "FilesystemAdapterSync",
    "HealthAdapterSync",
    "IsolatedSessionsAdapterSync",
    "MetricsAdapterSync",
    "NetworkPolicyAdapterSync",
    "SandboxesAdapterSync",
]
