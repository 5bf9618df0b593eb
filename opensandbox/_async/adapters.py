"""Services of the SDK by themselves, under the names that the published package has for them; see `opensandbox.adapters`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._async.commands import CommandsService
from opensandbox._async.diagnostics import DiagnosticsService
from opensandbox._async.egress import EgressService
from opensandbox._async.files import FilesService
from opensandbox._async.health import HealthService
from opensandbox._async.http import Http
from opensandbox._async.isolation import IsolatedService
from opensandbox._async.lifecycle import Lifecycle
from opensandbox._async.metrics import MetricsService
from opensandbox._async.ports import client_for, control_plane_client
from opensandbox._core import arguments
from opensandbox.config import ConnectionConfig
from opensandbox.constants import DEFAULT_EGRESS_PORT
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import SandboxEndpoint

if TYPE_CHECKING:
    import httpx

    from opensandbox._async.http import Connection


class SandboxesAdapter(Lifecycle):
    """The lifecycle API by itself: every operation takes the id of a sandbox.

    Its connections are those of everybody with equal settings, and stay until the event loop or the program ends.
    """

    __slots__ = ("connection_config",)

    def __init__(self, connection_config: ConnectionConfig) -> None:
        super().__init__(Http(_checked(connection_config)))
        self.connection_config = connection_config

    @property
    def _httpx_client(self) -> httpx.AsyncClient:
        return control_plane_client(self._http)


class CommandsAdapter(CommandsService):
    """Commands in the sandbox whose daemon is at `execd_endpoint`."""

    __slots__ = ("_http", "connection_config", "execd_endpoint")

    def __init__(self, connection_config: ConnectionConfig, execd_endpoint: SandboxEndpoint) -> None:
        self._http = Http(_checked(connection_config))
        self.connection_config = connection_config
        self.execd_endpoint = _endpoint(execd_endpoint)

        async def connection() -> Connection:
            return self._http.sandbox(execd_endpoint)

        super().__init__(connection)

    @property
    def _httpx_client(self) -> httpx.AsyncClient:
        return client_for(self._http, self.execd_endpoint, None, lambda: None)


class AdapterFactory:
    """Makes services for sandboxes that are known by id or endpoint, as the published package does.

    New programs have `SandboxManager`, whose methods take an id, `get_endpoint` among them.

        sandboxes = AdapterFactory(config).create_sandbox_service()
        endpoint = await sandboxes.get_sandbox_endpoint(sandbox_id, 44772)
        commands = AdapterFactory(config).create_command_service(endpoint)
    """

    def __init__(self, connection_config: ConnectionConfig) -> None:
        self.connection_config = _checked(connection_config)
        self._http = Http(connection_config)

    def create_sandbox_service(self) -> SandboxesAdapter:
        """Return the lifecycle API."""
        return SandboxesAdapter(self.connection_config)

    def create_diagnostics_service(self) -> DiagnosticsService:
        """Return what the deployment recorded about sandboxes."""
        return DiagnosticsService(self._http.control_plane())

    def create_command_service(self, endpoint: SandboxEndpoint) -> CommandsAdapter:
        """Return the commands of the sandbox whose daemon is at `endpoint`."""
        return CommandsAdapter(self.connection_config, endpoint)

    def create_filesystem_service(self, endpoint: SandboxEndpoint) -> FilesService:
        """Return the files of the sandbox whose daemon is at `endpoint`."""
        commands = self.create_command_service(endpoint)
        return FilesService(
            commands._connection,
            fixed_length=self.connection_config.use_server_proxy,
            run=lambda command: commands.run(command),
        )

    def create_health_service(self, endpoint: SandboxEndpoint) -> HealthService:
        """Return the health of the daemon at `endpoint`."""
        return HealthService(self.create_command_service(endpoint)._connection)

    def create_metrics_service(self, endpoint: SandboxEndpoint) -> MetricsService:
        """Return the metrics of the sandbox whose daemon is at `endpoint`."""
        commands = self.create_command_service(endpoint)
        return MetricsService(commands._connection, lambda: commands._httpx_client)

    def create_isolated_session_service(self, endpoint: SandboxEndpoint) -> IsolatedService:
        """Return the isolated sessions of the sandbox whose daemon is at `endpoint`."""
        return IsolatedService(self.create_command_service(endpoint)._connection)

    def create_egress_service(self, endpoint: SandboxEndpoint) -> EgressService:
        """Return the policy and the vault behind the sidecar at `endpoint`."""
        return EgressService("", self.create_command_service(endpoint)._connection, None)

    def create_network_policy_service(self, sandbox_id: str) -> EgressService:
        """Return the policy that the control plane keeps for a sandbox that started from a template."""
        sandboxes = self.create_sandbox_service()

        async def sidecar() -> Connection:
            endpoint = await sandboxes.get_sandbox_endpoint(sandbox_id, DEFAULT_EGRESS_PORT)
            return self._http.sandbox(endpoint)

        return EgressService(
            arguments.identifier("sandbox_id", sandbox_id), sidecar, self._http.control_plane
        )


def _checked(config: ConnectionConfig) -> ConnectionConfig:
    if not isinstance(config, ConnectionConfig):
        raise InvalidArgumentException(
            f"connection_config must be {ConnectionConfig.__name__}, not {type(config).__name__}"
        )
    return config


def _endpoint(endpoint: SandboxEndpoint) -> SandboxEndpoint:
    if not isinstance(endpoint, SandboxEndpoint):
        raise InvalidArgumentException(
            f"endpoint must be a SandboxEndpoint, not {type(endpoint).__name__}; get_sandbox_endpoint returns one"
        )
    return endpoint
