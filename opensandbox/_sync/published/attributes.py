# Generated from opensandbox/_async/published/attributes.py by scripts/unasync.py. Do not edit.
"""Attributes by the names that they have inside the published package, for programs that reach for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from opensandbox._sync.calls.http import Connection, Http
    from opensandbox.config import ConnectionConfigSync


def _known_as(read: str, written: str | None = None) -> Any:
    """Return another name of an attribute: what is set under it is kept in `written`, where that differs."""
    return property(
        lambda self: getattr(self, read), lambda self, value: setattr(self, written or read, value)
    )


class ManagerAttributes:
    """What a manager and a sandbox have in common."""

    connection_config: ConnectionConfigSync
    _http: Http

    @property
    def _connection_config(self) -> ConnectionConfigSync:
        return self.connection_config

    @_connection_config.setter
    def _connection_config(self, config: ConnectionConfigSync) -> None:
        self.connection_config = self._http.config = config

    _sandbox_service = _known_as("_lifecycle")


class SandboxAttributes(ManagerAttributes):
    """The services of a sandbox; one that is set is the one used from then on."""

    _origin = _known_as("origin")
    _filesystem_service = _known_as("files", "_files")
    _command_service = _known_as("commands", "_commands")
    _health_service = _known_as("_pinged", "_health")
    _metrics_service = _known_as("metrics", "_metrics")
    _egress_service = _known_as("_policed", "_egress")
    _diagnostics_service = _known_as("diagnostics", "_diagnostics")
    _isolated_service = _known_as("isolation", "_isolation")


class OfSandbox:
    """A service of a sandbox, which it names in its `repr`."""

    __slots__ = ()

    def __repr__(self) -> str:
        # A method of the sandbox that the service belongs to.
        bound = getattr(self, "_connection", None) or getattr(self, "_run", None)
        owner = getattr(bound, "__self__", None)
        return f"{type(self).__name__}({'' if owner is None else f'of {owner!r}'})"


class ServiceAttributes(OfSandbox):
    """The httpx client of a service, for requests of a program's own. It holds nothing that would have to be closed."""

    __slots__ = ("_client",)
    _connection: Callable[[], Connection]

    def __init__(self, client: Callable[[], httpx.Client] | None) -> None:
        self._client = client

    @property
    def _httpx_client(self) -> httpx.Client:
        if self._client is None:
            raise AttributeError(f"this {type(self).__name__} has no httpx client of its own")
        return self._client()
