"""What the parts of a sandbox can do, as protocols: for annotations, and for stand-ins in tests.

The objects themselves come from a sandbox.
"""

from opensandbox.services.command import Commands
from opensandbox.services.diagnostics import Diagnostics
from opensandbox.services.egress import CredentialVault, Egress
from opensandbox.services.filesystem import Filesystem
from opensandbox.services.health import Health
from opensandbox.services.isolated import IsolationService, IsolationSession
from opensandbox.services.metrics import Metrics
from opensandbox.services.processes import Processes
from opensandbox.services.sandbox import Sandboxes

__all__ = [
    "Commands",
    "CredentialVault",
    "Diagnostics",
    "Egress",
    "Filesystem",
    "Health",
    "IsolationService",
    "IsolationSession",
    "Metrics",
    "Processes",
    "Sandboxes",
]
