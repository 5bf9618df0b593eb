# Generated from opensandbox/services/__init__.py by scripts/unasync.py. Do not edit.
"""What the parts of a sandbox can do, as protocols: for annotations, and for stand-ins in tests.

The objects themselves come from a sandbox.
"""

from opensandbox.sync.services.command import CommandsSync
from opensandbox.sync.services.diagnostics import DiagnosticsSync
from opensandbox.sync.services.egress import CredentialVaultSync, EgressSync
from opensandbox.sync.services.filesystem import FilesystemSync
from opensandbox.sync.services.health import HealthSync
from opensandbox.sync.services.isolated import IsolationServiceSync, IsolationSessionSync
from opensandbox.sync.services.metrics import MetricsSync
from opensandbox.sync.services.processes import ProcessesSync
from opensandbox.sync.services.sandbox import SandboxesSync

__all__ = [
    "CommandsSync",
    "CredentialVaultSync",
    "DiagnosticsSync",
    "EgressSync",
    "FilesystemSync",
    "HealthSync",
    "IsolationServiceSync",
    "IsolationSessionSync",
    "MetricsSync",
    "ProcessesSync",
    "SandboxesSync",
]
