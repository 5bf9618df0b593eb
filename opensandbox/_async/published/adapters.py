"""Services of the SDK by themselves, under the names that the published package has for them; see `opensandbox.adapters`.

Their connections are those of everybody with equal settings. As in the published package there is no `close`: `_httpx_client.aclose()`
lets go of them, else they stay until the program ends. A later call opens them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._async.calls.http import Http
from opensandbox._async.control.lifecycle import Lifecycle
from opensandbox._async.files.service import FilesService
from opensandbox._async.monitoring.diagnostics import DiagnosticsService
from opensandbox._async.monitoring.health import HealthService
from opensandbox._async.monitoring.metrics import MetricsService
from opensandbox._async.network.egress import EgressService
from opensandbox._async.network.ports import client_of
from opensandbox._async.run.commands import CommandsService
from opensandbox._async.run.isolation import IsolatedService
from opensandbox._core import arguments
from opensandbox.config import ConnectionConfig
from opensandbox.constants import DEFAULT_EGRESS_PORT
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import SandboxEndpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from opensandbox._async.calls.http import Connection


class _Adapter:
    """What every service of the published package carries: its config, and an httpx client for the place that it talks to."""

    connection_config: ConnectionConfig
    _client_there: httpx.AsyncClient

    @property
    def _httpx_client(self) -> httpx.AsyncClient:
        return self._client_there

    def _talks_to_server(self, config: ConnectionConfig) -> Http:
        """Return the way to the control plane."""
        self.connection_config = _checked(config)
        http = Http(config)
        self._client_there = client_of(http.control_plane(), owns=True)
        return http

    def _talks_to(
        self, config: ConnectionConfig, endpoint: SandboxEndpoint
    ) -> Callable[[], Awaitable[Connection]]:
        """Return the way to an endpoint that is known, and so never looked up."""
        if not isinstance(endpoint, SandboxEndpoint):
            raise InvalidArgumentException(
                f"endpoint must be a SandboxEndpoint, not {type(endpoint).__name__}; get_sandbox_endpoint returns one"
            )
        self.connection_config = _checked(config)
        http = Http(config)
        connection = http.sandbox(endpoint)
        self._client_there = client_of(connection, owns=True)

        async def there() -> Connection:
            return connection

        return there


class SandboxesAdapter(_Adapter, Lifecycle):
    """The lifecycle API: every operation takes the id of a sandbox."""

    def __init__(self, connection_config: ConnectionConfig) -> None:
        super().__init__(self._talks_to_server(connection_config))


class DiagnosticsAdapter(_Adapter, DiagnosticsService):
    """What the deployment recorded about sandboxes."""

    def __init__(self, connection_config: ConnectionConfig) -> None:
        super().__init__(self._talks_to_server(connection_config).control_plane())


class NetworkPolicyAdapter(_Adapter, EgressService):
    """The policy that the control plane keeps for a sandbox that started from a template."""

    def __init__(self, connection_config: ConnectionConfig, sandbox_id: str) -> None:
        http = self._talks_to_server(connection_config)
        self.sandbox_id = arguments.identifier("sandbox_id", sandbox_id)

        async def sidecar() -> Connection:
            port = DEFAULT_EGRESS_PORT
            endpoint = await Lifecycle(http).get_sandbox_endpoint(
                sandbox_id, port, http.config.use_server_proxy
            )
            return http.sandbox(endpoint)

        super().__init__(sandbox_id, sidecar, http.control_plane)


class EgressAdapter(_Adapter, EgressService):
    """The policy and the vault of the sandbox whose sidecar is at `endpoint`."""

    def __init__(self, connection_config: ConnectionConfig, endpoint: SandboxEndpoint) -> None:
        super().__init__("", self._talks_to(connection_config, endpoint), None)
        self.endpoint = endpoint


class CommandsAdapter(_Adapter, CommandsService):
    """Commands in the sandbox whose daemon is at `execd_endpoint`."""

    def __init__(self, connection_config: ConnectionConfig, execd_endpoint: SandboxEndpoint) -> None:
        super().__init__(self._talks_to(connection_config, execd_endpoint))
        self.execd_endpoint = execd_endpoint


class FilesystemAdapter(_Adapter, FilesService):
    """Files of the sandbox whose daemon is at `execd_endpoint`."""

    def __init__(self, connection_config: ConnectionConfig, execd_endpoint: SandboxEndpoint) -> None:
        there = self._talks_to(connection_config, execd_endpoint)
        run = CommandsService(there).run
        super().__init__(
            there, fixed_length=connection_config.use_server_proxy, run=lambda command: run(command)
        )
        self.execd_endpoint = execd_endpoint


class HealthAdapter(_Adapter, HealthService):
    """Whether the daemon at `execd_endpoint` answers."""

    def __init__(self, connection_config: ConnectionConfig, execd_endpoint: SandboxEndpoint) -> None:
        super().__init__(self._talks_to(connection_config, execd_endpoint))
        self.execd_endpoint = execd_endpoint


class MetricsAdapter(_Adapter, MetricsService):
    """Usage of the sandbox whose daemon is at `execd_endpoint`."""

    def __init__(self, connection_config: ConnectionConfig, execd_endpoint: SandboxEndpoint) -> None:
        super().__init__(self._talks_to(connection_config, execd_endpoint), lambda: self._client_there)
        self.execd_endpoint = execd_endpoint


class IsolatedSessionsAdapter(_Adapter, IsolatedService):
    """Isolated sessions in the sandbox whose daemon is at `execd_endpoint`."""

    def __init__(self, connection_config: ConnectionConfig, execd_endpoint: SandboxEndpoint) -> None:
        super().__init__(self._talks_to(connection_config, execd_endpoint))
        self.execd_endpoint = execd_endpoint


class AdapterFactory:
    """Makes services for sandboxes that are known by id or endpoint, as the published package does.

    New programs have `SandboxManager`, whose methods take an id, `get_endpoint` among them.

        sandboxes = AdapterFactory(config).create_sandbox_service()
        endpoint = await sandboxes.get_sandbox_endpoint(sandbox_id, 44772)
        commands = AdapterFactory(config).create_command_service(endpoint)
    """

    def __init__(self, connection_config: ConnectionConfig) -> None:
        self.connection_config = _checked(connection_config)

    def create_sandbox_service(self) -> SandboxesAdapter:
        """Return the lifecycle API."""
        return SandboxesAdapter(self.connection_config)

    def create_diagnostics_service(self) -> DiagnosticsAdapter:
        """Return what the deployment recorded about sandboxes."""
        return DiagnosticsAdapter(self.connection_config)

    def create_network_policy_service(self, sandbox_id: str) -> NetworkPolicyAdapter:
        """Return the policy that the control plane keeps for a sandbox that started from a template."""
        return NetworkPolicyAdapter(self.connection_config, sandbox_id)

    def create_egress_service(self, endpoint: SandboxEndpoint) -> EgressAdapter:
        """Return the policy and the vault behind the sidecar at `endpoint`, port 18080 of a sandbox."""
        return EgressAdapter(self.connection_config, endpoint)

    def create_command_service(self, endpoint: SandboxEndpoint) -> CommandsAdapter:
        """Return the commands of the sandbox whose daemon is at `endpoint`, port 44772 of it. So for those below."""
        return CommandsAdapter(self.connection_config, endpoint)

    def create_filesystem_service(self, endpoint: SandboxEndpoint) -> FilesystemAdapter:
        """Return the files."""
        return FilesystemAdapter(self.connection_config, endpoint)

    def create_health_service(self, endpoint: SandboxEndpoint) -> HealthAdapter:
        """Return the health."""
        return HealthAdapter(self.connection_config, endpoint)

    def create_metrics_service(self, endpoint: SandboxEndpoint) -> MetricsAdapter:
        """Return the metrics."""
        return MetricsAdapter(self.connection_config, endpoint)

    def create_isolated_session_service(self, endpoint: SandboxEndpoint) -> IsolatedSessionsAdapter:
        """Return the isolated sessions."""
        return IsolatedSessionsAdapter(self.connection_config, endpoint)


def _checked(config: ConnectionConfig) -> ConnectionConfig:
    if not isinstance(config, ConnectionConfig):
        raise InvalidArgumentException(
            f"connection_config must be {ConnectionConfig.__name__}, not {type(config).__name__}"
        )
    return config
