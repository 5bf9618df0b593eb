# Generated from opensandbox/_async/control/manager.py by scripts/unasync.py. Do not edit.
"""`SandboxManagerSync`: sandboxes, snapshots and templates by id, without attaching to them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from opensandbox._core import arguments
from opensandbox._core.convert.values import model_of
from opensandbox._core.copies import stays_here
from opensandbox._core.deadlines import seconds
from opensandbox._core.net.settings import changed
from opensandbox._sync.control.lifecycle import Lifecycle
from opensandbox._sync.published.attributes import ManagerAttributes
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxGoneException, SandboxNotFoundException

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from opensandbox.models.diagnostics import DiagnosticContent, DiagnosticContext
    from opensandbox.models.dicts import (
        CreateTemplateRequestDict,
        SandboxFilterDict,
        SnapshotFilterDict,
        TemplateFilterDict,
    )
    from opensandbox.models.endpoints import EndpointRoute
    from opensandbox.models.responses import ResponseInfo
    from opensandbox.models.sandboxes import (
        PagedSandboxInfos,
        PagedSnapshotInfos,
        SandboxEndpoint,
        SandboxFilter,
        SandboxInfo,
        SandboxRenewResponse,
        SnapshotFilter,
        SnapshotInfo,
    )
    from opensandbox.models.sweeps import SweepReport
    from opensandbox.models.templates import (
        CreateTemplateRequest,
        PagedTemplateInfos,
        TemplateFilter,
        TemplateInfo,
    )
    from opensandbox.sync.services import DiagnosticsSync, SandboxesSync
    from opensandbox.transport.retry import RetryPolicy

logger = logging.getLogger("opensandbox.manager")


@stays_here("pass its connection_config, and make another with create(config) there")
class SandboxManagerSync(ManagerAttributes):
    """Administers the sandboxes of a deployment. Close it, or use it as a context manager.

    Example::

        with SandboxManagerSync.create() as manager:
            page = manager.list_sandbox_infos(SandboxFilter(states=["Running"]))
    """

    def __init__(
        self,
        sandbox_service: SandboxesSync | None = None,
        connection_config: ConnectionConfigSync | None = None,
        diagnostics_service: DiagnosticsSync | None = None,
    ) -> None:
        self.connection_config = connection_config or ConnectionConfigSync()
        from opensandbox._sync.calls.http import Http

        self._http = Http(self.connection_config)
        self._lifecycle: Any = sandbox_service or Lifecycle(self._http)
        self._diagnostics_service: Any = diagnostics_service

    @classmethod
    def create(cls, connection_config: ConnectionConfigSync | None = None) -> Self:
        """Return a manager, without a request."""
        return cls(connection_config=connection_config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(domain={self.connection_config.get_domain()!r})"

    def copy_settings(
        self,
        *,
        request_timeout: timedelta | float | None = None,
        retry_policy: RetryPolicy | None = None,
        headers: dict[str, str] | None = None,
    ) -> Self:
        """Return a manager with other settings; what is left out stays. Connections are shared, and both are closed.

        quick = manager.copy_settings(request_timeout=2)
        """
        config = changed(
            self.connection_config,
            request_timeout=request_timeout,
            retry_policy=retry_policy,
            headers=headers,
        )
        return type(self)(connection_config=config)

    @property
    def last_response(self) -> ResponseInfo | None:
        """The head of the last response that a call got: status, headers, request id; `None` before the first."""
        return self._http.last_response

    def close(self) -> None:
        """Close the connections; never raises. A later call reconnects."""
        try:
            self._http.close()
        except Exception:
            logger.warning("closing the connections of the manager failed", exc_info=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    # Sandboxes

    def list_sandbox_infos(self, filter: SandboxFilter | SandboxFilterDict) -> PagedSandboxInfos:
        """Return one page of the sandboxes that match the filter, newest first."""
        from opensandbox.models.sandboxes import SandboxFilter

        page: PagedSandboxInfos = self._lifecycle.list_sandboxes(model_of(SandboxFilter, "filter", filter))
        return page

    def iter_sandbox_infos(
        self, filter: SandboxFilter | SandboxFilterDict | None = None
    ) -> Iterator[SandboxInfo]:
        """Iterate over all sandboxes that match the filter, newest first, with one page in memory.

        Example::

            for info in manager.iter_sandbox_infos(SandboxFilter(states=["Running"])):
                print(info.id, info.expires_at)
        """
        from opensandbox._sync.control.paging import walk
        from opensandbox.models.sandboxes import SandboxFilter

        return walk(
            self.list_sandbox_infos,
            model_of(SandboxFilter, "filter", {} if filter is None else filter),
            lambda page: page.sandbox_infos,
            lambda info: info.id,
            self.connection_config.answer_limits.repeated_pages,
        )

    def get_sandbox_info(self, sandbox_id: str) -> SandboxInfo:
        """Return the record of a sandbox."""
        info: SandboxInfo = self._lifecycle.get_sandbox_info(sandbox_id)
        return info

    def get_endpoint(self, sandbox_id: str, port: int, route: EndpointRoute | None = None) -> SandboxEndpoint:
        """Return the endpoint of `port` inside a sandbox: an address without scheme, and the headers to send.

        `route` chooses the way; by default it is the configured one (`use_server_proxy`).

            endpoint = manager.get_endpoint(sandbox_id, 8000)
        """
        from opensandbox._sync.network.ports import endpoint_at

        return endpoint_at(self._lifecycle, self._http, sandbox_id, port, route)

    def patch_sandbox_metadata(self, sandbox_id: str, patch: dict[str, str | None]) -> SandboxInfo:
        """Change labels: a text sets a label, `None` removes it, the others stay."""
        info: SandboxInfo = self._lifecycle.patch_sandbox_metadata(sandbox_id, patch)
        return info

    def kill_sandbox(self, sandbox_id: str, *, missing_ok: bool = False) -> None:
        """End a sandbox for good. A missing one raises `SandboxNotFoundException`, unless `missing_ok`."""
        try:
            self._lifecycle.kill_sandbox(sandbox_id)
        except (SandboxNotFoundException, SandboxGoneException):
            if not missing_ok:
                raise

    def kill_all(
        self,
        filter: SandboxFilter | SandboxFilterDict | None = None,
        *,
        everything: bool = False,
        concurrency: int | None = None,
    ) -> SweepReport:
        """End all sandboxes that match the filter, and report the outcome of each.

        A filter without states and metadata matches every sandbox of the deployment, also those of other users. It
        raises `InvalidArgumentException` without `everything=True`.

        At most `concurrency` (default: 16) deletions run at once. A failed one does not stop the others.

            report = manager.kill_all(SandboxFilter(metadata={"job": "nightly"}))
        """
        from opensandbox._core.control.sweeps import chosen
        from opensandbox._sync.control.sweeps import PARALLEL, check_concurrency, kill_each

        limit = PARALLEL if concurrency is None else concurrency
        check_concurrency(limit)
        fitting = self.iter_sandbox_infos(chosen("kill_all", filter, everything))
        found = [info.id for info in fitting]
        return kill_each(self.kill_sandbox, found, limit)

    def sweep(
        self,
        *,
        older_than: timedelta | float,
        metadata: dict[str, str] | None = None,
        states: list[str] | None = None,
        everything: bool = False,
        concurrency: int | None = None,
    ) -> SweepReport:
        """End the sandboxes that are older than `older_than` and have the labels; otherwise as `kill_all`.

        An age alone does not say whose sandboxes are meant: without `metadata` and `states` it also needs
        `everything=True`. Ages are computed by this machine's clock.

            report = manager.sweep(older_than=timedelta(hours=2), metadata={"team": "ci"})
        """
        from opensandbox._core.control.sweeps import chosen
        from opensandbox._sync.control.sweeps import PARALLEL, check_concurrency, kill_each
        from opensandbox.models.sandboxes import SandboxFilter

        limit = PARALLEL if concurrency is None else concurrency
        check_concurrency(limit)
        latest = datetime.now(UTC) - timedelta(seconds=seconds("older_than", older_than))
        wanted = arguments.built(SandboxFilter, metadata=metadata, states=states)
        wanted = chosen("sweep", wanted, everything)
        fitting = self.iter_sandbox_infos(wanted)
        found = [info.id for info in fitting if info.created_at <= latest]
        return kill_each(self.kill_sandbox, found, limit)

    def renew_sandbox(self, sandbox_id: str, timeout: timedelta | float) -> SandboxRenewResponse:
        """Set the end of a sandbox to `timeout` from now, earlier or later than before."""
        moment = datetime.now(UTC) + timedelta(seconds=seconds("timeout", timeout, positive=True))
        answer: SandboxRenewResponse = self._lifecycle.renew_sandbox_expiration(sandbox_id, moment)
        return answer

    def pause_sandbox(self, sandbox_id: str) -> None:
        """Freeze every process of a sandbox."""
        self._lifecycle.pause_sandbox(sandbox_id)

    def resume_sandbox(self, sandbox_id: str) -> None:
        """Resume a paused sandbox; `SandboxSync.connect` waits until it is healthy."""
        self._lifecycle.resume_sandbox(sandbox_id)

    # Diagnostics

    def get_diagnostic_logs(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the log text of one scope, such as `container` or `all`."""
        content: DiagnosticContent = self._diagnostics().get_logs(sandbox_id, scope)
        return content

    def get_diagnostic_events(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the event text of one scope, such as `runtime` or `all`."""
        content: DiagnosticContent = self._diagnostics().get_events(sandbox_id, scope)
        return content

    def get_diagnostic_context(self, sandbox_id: str) -> DiagnosticContext:
        """Return which backend runs a sandbox, and its names there."""
        context: DiagnosticContext = self._diagnostics().get_context(sandbox_id)
        return context

    def fetch_diagnostics(self, content: DiagnosticContent) -> str:
        """Return the text of a diagnostic answer, from the answer or from its link. The API key goes to the server
        only."""
        text: str = self._diagnostics().fetch(content)
        return text

    def _diagnostics(self) -> Any:
        if self._diagnostics_service is None:
            from opensandbox._sync.monitoring.diagnostics import DiagnosticsService

            self._diagnostics_service = DiagnosticsService(self._http.control_plane())
        return self._diagnostics_service

    # Snapshots

    def create_snapshot(self, sandbox_id: str, name: str | None = None) -> SnapshotInfo:
        """Start a snapshot of a running sandbox; it is usable once its state is `Ready`."""
        from opensandbox.models.sandboxes import CreateSnapshotRequest

        request = None if name is None else arguments.built(CreateSnapshotRequest, name=name)
        snapshot: SnapshotInfo = self._lifecycle.create_snapshot(sandbox_id, request)
        return snapshot

    def get_snapshot(self, snapshot_id: str) -> SnapshotInfo:
        """Return the record of a snapshot."""
        snapshot: SnapshotInfo = self._lifecycle.get_snapshot(snapshot_id)
        return snapshot

    def list_snapshots(self, filter: SnapshotFilter | SnapshotFilterDict) -> PagedSnapshotInfos:
        """Return one page of the snapshots that match the filter."""
        from opensandbox.models.sandboxes import SnapshotFilter

        page: PagedSnapshotInfos = self._lifecycle.list_snapshots(model_of(SnapshotFilter, "filter", filter))
        return page

    def iter_snapshots(
        self, filter: SnapshotFilter | SnapshotFilterDict | None = None
    ) -> Iterator[SnapshotInfo]:
        """Iterate over all snapshots that match the filter, with one page in memory."""
        from opensandbox._sync.control.paging import walk
        from opensandbox.models.sandboxes import SnapshotFilter

        return walk(
            self.list_snapshots,
            model_of(SnapshotFilter, "filter", {} if filter is None else filter),
            lambda page: page.snapshot_infos,
            lambda snapshot: snapshot.id,
            self.connection_config.answer_limits.repeated_pages,
        )

    def wait_for_snapshot(
        self,
        snapshot_id: str,
        timeout: timedelta | float = timedelta(minutes=5),
        polling_interval: timedelta | float = timedelta(seconds=1),
    ) -> SnapshotInfo:
        """Return the snapshot once it is ready.

        Raises `SnapshotFailedException` if it failed, `SandboxReadyTimeoutException` after `timeout`.

            snapshot = manager.wait_for_snapshot((sandbox.create_snapshot()).id)
        """
        from opensandbox._core.control.states import is_ready
        from opensandbox._sync.control.polling import wait_for

        return wait_for(
            lambda: self.get_snapshot(snapshot_id),
            is_ready,
            f"snapshot {snapshot_id}",
            timeout,
            polling_interval,
        )

    def delete_snapshot(self, snapshot_id: str) -> None:
        """Delete a snapshot."""
        self._lifecycle.delete_snapshot(snapshot_id)

    # Templates

    def create_template(self, request: CreateTemplateRequest | CreateTemplateRequestDict) -> TemplateInfo:
        """Start the build of a template; it is usable once its phase is `Succeeded`."""
        from opensandbox.models.templates import CreateTemplateRequest

        template: TemplateInfo = self._lifecycle.create_template(
            model_of(CreateTemplateRequest, "request", request)
        )
        return template

    def get_template(self, template_id: str) -> TemplateInfo:
        """Return the record of a template."""
        template: TemplateInfo = self._lifecycle.get_template(template_id)
        return template

    def list_templates(self, filter: TemplateFilter | TemplateFilterDict) -> PagedTemplateInfos:
        """Return one page of the caller's templates."""
        from opensandbox.models.templates import TemplateFilter

        page: PagedTemplateInfos = self._lifecycle.list_templates(model_of(TemplateFilter, "filter", filter))
        return page

    def iter_templates(
        self, filter: TemplateFilter | TemplateFilterDict | None = None
    ) -> Iterator[TemplateInfo]:
        """Iterate over all of the caller's templates that match the filter, with one page in memory."""
        from opensandbox._sync.control.paging import walk
        from opensandbox.models.templates import TemplateFilter

        return walk(
            self.list_templates,
            model_of(TemplateFilter, "filter", {} if filter is None else filter),
            lambda page: page.template_infos,
            lambda template: template.template_id,
            self.connection_config.answer_limits.repeated_pages,
        )

    def wait_for_template(
        self,
        template_id: str,
        timeout: timedelta | float = timedelta(minutes=15),
        polling_interval: timedelta | float = timedelta(seconds=1),
    ) -> TemplateInfo:
        """Return the template once it is built.

        Raises `TemplateFailedException` if the build failed, `SandboxReadyTimeoutException` after `timeout`.

            template = manager.wait_for_template((manager.create_template(request)).template_id)
        """
        from opensandbox._core.control.states import is_built
        from opensandbox._sync.control.polling import wait_for

        return wait_for(
            lambda: self.get_template(template_id),
            is_built,
            f"template {template_id}",
            timeout,
            polling_interval,
        )

    def delete_template(self, template_id: str) -> None:
        """Delete a template; its running sandboxes keep running."""
        self._lifecycle.delete_template(template_id)
