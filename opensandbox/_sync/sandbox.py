# Generated from opensandbox/_async/sandbox.py by scripts/unasync.py. Do not edit.
"""The class `SandboxSync`: create, attach to, use and end a sandbox.

Longer than other files because it is one class whose every method is public and documented. The rooms do the work.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self, cast

from opensandbox._core import arguments, guesses
from opensandbox._core.control.readiness import is_pending
from opensandbox._core.convert.values import model_or_none, models_of
from opensandbox._core.copies import stays_here
from opensandbox._core.deadlines import Deadline, seconds, span
from opensandbox._core.net.settings import changed
from opensandbox._sync.published.attributes import SandboxAttributes
from opensandbox.config import ConnectionConfigSync
from opensandbox.constants import DEFAULT_EGRESS_PORT, DEFAULT_EXECD_PORT
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxUnavailableException,
)

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType
    from typing import Unpack

    import httpx

    from opensandbox._sync.calls.http import Connection
    from opensandbox._sync.calls.outages import Outage
    from opensandbox._sync.control.lifetimes import CreateOptions, KeepAlive
    from opensandbox._sync.control.progress import Waiting
    from opensandbox._sync.control.readiness import Patience
    from opensandbox._sync.files.service import FilesService
    from opensandbox._sync.monitoring.diagnostics import DiagnosticsService
    from opensandbox._sync.monitoring.metrics import MetricsService
    from opensandbox._sync.run.code import CodeService
    from opensandbox._sync.run.commands import CommandsService
    from opensandbox._sync.run.isolation import IsolatedService
    from opensandbox._sync.run.processes import ProcessesService
    from opensandbox._sync.terminals.pty import PtyService
    from opensandbox.models.creation import CreationProgress
    from opensandbox.models.diagnostics import DiagnosticContent, DiagnosticContext
    from opensandbox.models.dicts import (
        CredentialProxyConfigDict,
        IdlePolicyDict,
        NetworkPolicyDict,
        NetworkRuleDict,
        PlatformSpecDict,
        SandboxFilterDict,
        SandboxImageSpecDict,
        SandboxLifecycleDict,
        VolumeDict,
    )
    from opensandbox.models.endpoints import EndpointRoute
    from opensandbox.models.execd import Execution
    from opensandbox.models.responses import ResponseInfo
    from opensandbox.models.sandboxes import (
        CredentialProxyConfig,
        IdlePolicy,
        NetworkPolicy,
        NetworkRule,
        PlatformSpec,
        SandboxCreateResponse,
        SandboxEndpoint,
        SandboxFilter,
        SandboxImageSpec,
        SandboxInfo,
        SandboxLifecycle,
        SandboxMetrics,
        SandboxRenewResponse,
        SnapshotInfo,
        Volume,
    )
    from opensandbox.sync.services import (
        CommandsSync,
        CredentialVaultSync,
        DiagnosticsSync,
        EgressSync,
        FilesystemSync,
        HealthSync,
        IsolationServiceSync,
        MetricsSync,
        SandboxesSync,
    )
    from opensandbox.transport.retry import RetryPolicy

logger = logging.getLogger("opensandbox.sandbox")

CLEAN_UP_SECONDS: Final = 30.0
"""How long the removal of an unwanted sandbox may take before it is given up, and logged."""

TEMPLATE: Final = "template"
DEFAULT_TIMEOUT: Final = timedelta(minutes=10)
DEFAULT_READY_TIMEOUT: Final = timedelta(seconds=30)
DEFAULT_POLLING_INTERVAL: Final = timedelta(milliseconds=200)

POLLING_INTERVAL: Final = "health_check_polling_interval"

Post = Callable[["SandboxesSync", dict[str, str]], "SandboxCreateResponse"]
HealthCheck = Callable[["SandboxSync"], bool]


@stays_here("pass its id and its connection_config, and connect(id, connection_config=config) there")
class SandboxSync(SandboxAttributes):
    """An isolated sandbox. Create one with `create`, or attach to one with `connect` or `resume`.

    Leaving `with sandbox:` closes the connections of this object. The sandbox keeps running until `kill` or its
    timeout. `destroy` does both.

        sandbox = SandboxSync.create("python:3.12")
        with sandbox:
            execution = sandbox.commands.run("python --version")
            print(execution.text)
            sandbox.kill()

    The constructor sends no request. Its parameters are for tests; those after the second are optional.
    """

    def __init__(
        self,
        sandbox_id: str,
        sandbox_service: SandboxesSync | None = None,
        filesystem_service: FilesystemSync | None = None,
        command_service: CommandsSync | None = None,
        health_service: HealthSync | None = None,
        metrics_service: MetricsSync | None = None,
        egress_service: EgressSync | None = None,
        connection_config: ConnectionConfigSync | None = None,
        diagnostics_service: DiagnosticsSync | None = None,
        isolated_service: IsolationServiceSync | None = None,
        custom_health_check: HealthCheck | None = None,
        origin: str = "unknown",
    ) -> None:
        self.id = sandbox_id
        self.origin = origin
        self.connection_config = connection_config or ConnectionConfigSync()
        # httpx and asyncio take longer to load than all the rest: they come with the first object, not with the class.
        from opensandbox._sync.calls.http import Http
        from opensandbox._sync.control.lifecycle import Lifecycle

        self._http = Http(self.connection_config)
        self._lifecycle: Any = sandbox_service or Lifecycle(self._http)
        self._files = filesystem_service
        self._commands: Any = command_service
        self._health = health_service
        self._metrics: Any = metrics_service
        self._egress = egress_service
        self._diagnostics: Any = diagnostics_service
        self._isolation: Any = isolated_service
        self._code: CodeService | None = None
        self._pty: PtyService | None = None
        self._custom_health_check = custom_health_check
        self._execd_link: tuple[SandboxEndpoint, Connection] | None = None
        self._image: str | None = None
        self._state: str | None = None

    def __repr__(self) -> str:
        known = {"image": self._image, "state": self._state}
        more = "".join(f", {name}={value!r}" for name, value in known.items() if value is not None)
        return f"{type(self).__name__}({self.id!r}{more})"

    if not TYPE_CHECKING:
        get = guesses.Elsewhere("Sandbox.connect(sandbox_id)")

        def __dir__(self) -> builtins.list[str]:
            return [name for name in super().__dir__() if name != "get"]

        def __getattr__(self, name: str) -> Any:
            guesses.missing(self, name, guesses.SANDBOX)

    # Made and found

    @classmethod
    @guesses.keywords_of(guesses.CREATING)
    def create(
        cls,
        image: SandboxImageSpec | SandboxImageSpecDict | str | None = None,
        *,
        snapshot_id: str | None = None,
        timeout: timedelta | float | None = DEFAULT_TIMEOUT,
        ready_timeout: timedelta | float = DEFAULT_READY_TIMEOUT,
        env: dict[str, str] | None = None,
        metadata: dict[str, str] | None = None,
        resource: dict[str, str] | None = None,
        resource_requests: dict[str, str] | None = None,
        platform: PlatformSpec | PlatformSpecDict | None = None,
        network_policy: NetworkPolicy | NetworkPolicyDict | None = None,
        credential_proxy: CredentialProxyConfig | CredentialProxyConfigDict | None = None,
        extensions: dict[str, str] | None = None,
        secure_access: bool = False,
        entrypoint: builtins.list[str] | None = None,
        volumes: Sequence[Volume | VolumeDict] | None = None,
        connection_config: ConnectionConfigSync | None = None,
        health_check: HealthCheck | None = None,
        health_check_polling_interval: timedelta | float = DEFAULT_POLLING_INTERVAL,
        skip_health_check: bool = False,
        lifecycle: SandboxLifecycle | SandboxLifecycleDict | None = None,
        retry: RetryPolicy | None = None,
        create_timeout: timedelta | float | None = None,
        progress: Callable[[CreationProgress], None] | None = None,
    ) -> Self:
        """Create a sandbox from an image or a snapshot and wait until it is ready.

        With `extensions={"poolRef": …}` it comes from a pool of the server, and needs neither.

        `timeout` is the lifetime of the sandbox (default: ten minutes; `None`: until it is killed). A failure or a
        cancellation leaves no sandbox behind: a sandbox that the server still creates is removed in the background,
        and the end of the program waits for that, for at most 30 seconds. The caller ends the sandbox with `kill` and
        this object with `close`.

        `create_timeout` limits the wait for the server's response (default: the `request_timeout` of the config if it
        was set, else five minutes, because the server may have to pull the image). `ready_timeout` starts with the
        response, and limits the wait for a healthy sandbox.

        A creation that an overloaded server refuses (429, 503) is retried within the time of this call. If the
        response is lost (502, 504, a broken connection), this call finds the sandbox by a unique label and adopts it.
        If there is none, it retries the creation, as the config's `retry_policy` or the argument `retry` says.
        `RetryPolicy.disabled()` retries nothing. Sandboxes of lost attempts are removed, also after a failure.

        `progress` is called whenever this call begins to wait for something else, such as the server's response. (The
        blocking class calls it in another thread while it waits for that response.) Waits of more than five seconds
        are also logged (`INFO`).

        Raises `InvalidArgumentException` before any request, `SandboxApiException` if the server refuses (that class
        itself for a gateway's 502 or 504), `SandboxReadyTimeoutException` if the sandbox is not ready in time, and
        `SandboxTerminatedException`, with the reason, if its main program ended before that.

            sandbox = SandboxSync.create("ubuntu", env={"LANG": "C.UTF-8"}, timeout=timedelta(minutes=30))
        """
        # The defaults are the client's: older servers require them.
        from opensandbox._core.control.creation_rules import deprecated_extension, names_a_pool
        from opensandbox._core.convert.sandboxes import DEFAULT_ENTRYPOINT, DEFAULT_RESOURCE
        from opensandbox.models.sandboxes import (
            CredentialProxyConfig,
            NetworkPolicy,
            PlatformSpec,
            SandboxImageSpec,
            SandboxLifecycle,
            Volume,
        )
        from opensandbox.transport.retry import RetryPolicy

        if advice := deprecated_extension(extensions):
            warnings.warn(advice, DeprecationWarning, stacklevel=3)  # the second one is that of `keywords_of`
        # A pool of the server's may decide about everything; then nothing is filled in.
        pooled = image is None and snapshot_id is None and names_a_pool(extensions)
        if (image is None) == (snapshot_id is None) and not pooled:
            raise InvalidArgumentException(
                "pass either image or snapshot_id"
                + (", not both" if image is not None else '; for example Sandbox.create("python:3.12")')
            )
        if snapshot_id is not None:
            arguments.identifier("snapshot_id", snapshot_id)
        spec = None if image is None else arguments.image(image, SandboxImageSpec)
        lifetime = None if timeout is None else _lifetime(timeout)
        policy = model_or_none(NetworkPolicy, "network_policy", network_policy)
        mounts = None if volumes is None else models_of(Volume, "volumes", volumes)
        system = model_or_none(PlatformSpec, "platform", platform)
        proxy = model_or_none(CredentialProxyConfig, "credential_proxy", credential_proxy)
        hooks = model_or_none(SandboxLifecycle, "lifecycle", lifecycle)
        if retry is not None:
            arguments.instance("retry", retry, RetryPolicy)

        def post(sandboxes: SandboxesSync, labels: dict[str, str]) -> SandboxCreateResponse:
            return sandboxes.create_sandbox(
                spec,
                list(DEFAULT_ENTRYPOINT) if entrypoint is None and not pooled else entrypoint,
                env or {},
                labels,
                lifetime,
                resource or ({} if pooled else DEFAULT_RESOURCE),
                policy,
                extensions or {},
                mounts,
                platform=system,
                secure_access=secure_access,
                snapshot_id=snapshot_id,
                credential_proxy=proxy,
                resource_requests=resource_requests,
                lifecycle=hooks,
            )

        return cls._make(
            post,
            metadata,
            connection_config,
            ready_timeout,
            health_check,
            health_check_polling_interval,
            skip_health_check,
            "unknown",
            create_timeout,
            retry,
            progress,
            policy,
            image=None if spec is None else spec.image,
        )

    @classmethod
    def get_or_create(
        cls,
        name: str,
        image: SandboxImageSpec | SandboxImageSpecDict | str | None = None,
        **options: Unpack[CreateOptions],
    ) -> Self:
        """Return the sandbox of this name, making it where there is none. Takes what `create` takes.

        All programs of a deployment get the same one, also when several call at once: the oldest stays, and each call removes only
        what it made itself. A paused one is resumed. The name is a label, `opensandbox-name`. A sandbox fits that has this name and at
        least the given `metadata`; the other options count for one that is made. What others restore from a snapshot of it does not
        count, although servers copy the label.

            sandbox = SandboxSync.get_or_create("build-cache", "ubuntu", timeout=3600)
        """
        from opensandbox._core.names import check_keywords
        from opensandbox._sync.control.named import get_or_create
        from opensandbox.models.sandboxes import SandboxImageSpec

        check_keywords(cls.create, options)
        # Also where it will not be needed: a mistake is told at once.
        spec = None if image is None else arguments.image(image, SandboxImageSpec)
        return get_or_create(cls, name, spec, options)

    @classmethod
    def list(
        cls,
        filter: SandboxFilter | SandboxFilterDict | None = None,
        *,
        connection_config: ConnectionConfigSync | None = None,
    ) -> Iterator[SandboxInfo]:
        """Go through the sandboxes of the deployment that fit the filter, newest first, with one page in memory.

        Example::

            for info in SandboxSync.list({"states": ["Running"]}):
                print(info.id, info.expires_at)
        """
        from opensandbox._sync.control.manager import SandboxManagerSync

        with SandboxManagerSync.create(connection_config) as manager:
            for info in manager.iter_sandbox_infos(filter):
                yield info

    @classmethod
    def create_from_template(
        cls,
        template_id: str,
        *,
        timeout: timedelta | float,
        ready_timeout: timedelta | float = DEFAULT_READY_TIMEOUT,
        metadata: dict[str, str] | None = None,
        network_policy: NetworkPolicy | NetworkPolicyDict | None = None,
        extensions: dict[str, str] | None = None,
        idle_policy: IdlePolicy | IdlePolicyDict | None = None,
        connection_config: ConnectionConfigSync | None = None,
        health_check: HealthCheck | None = None,
        health_check_polling_interval: timedelta | float = DEFAULT_POLLING_INTERVAL,
        skip_health_check: bool = False,
        create_timeout: timedelta | float | None = None,
        progress: Callable[[CreationProgress], None] | None = None,
    ) -> Self:
        """Create a sandbox from a built template and wait until it is ready; otherwise as `create`.

        `idle_policy` says when the sandbox is paused and whether a request wakes it.

        Example::

            sandbox = SandboxSync.create_from_template("tpl-1", timeout=timedelta(minutes=30))
        """
        from opensandbox.models.sandboxes import IdlePolicy, NetworkPolicy

        arguments.identifier("template_id", template_id)
        lifetime = _lifetime(timeout)
        policy = model_or_none(NetworkPolicy, "network_policy", network_policy)
        idle = model_or_none(IdlePolicy, "idle_policy", idle_policy)
        # Left out where it says nothing, for services that were written before there was one.
        more: dict[str, Any] = {} if idle is None else {"idle_policy": idle}

        def post(sandboxes: SandboxesSync, labels: dict[str, str]) -> SandboxCreateResponse:
            return sandboxes.create_sandbox_from_template(
                template_id, lifetime, labels or None, policy, extensions, **more
            )

        return cls._make(
            post,
            metadata,
            connection_config,
            ready_timeout,
            health_check,
            health_check_polling_interval,
            skip_health_check,
            TEMPLATE,
            create_timeout,
            None,
            progress,
            policy,
        )

    @classmethod
    def connect(
        cls,
        sandbox_id: str,
        connection_config: ConnectionConfigSync | None = None,
        health_check: HealthCheck | None = None,
        connect_timeout: timedelta | float = DEFAULT_READY_TIMEOUT,
        health_check_polling_interval: timedelta | float = DEFAULT_POLLING_INTERVAL,
        skip_health_check: bool = False,
    ) -> Self:
        """Attach to a running sandbox and wait until it is healthy. A failure does not change the sandbox.

        Example::

            sandbox = SandboxSync.connect(sandbox_id)
        """
        arguments.identifier("sandbox_id", sandbox_id)
        patience = _patience(
            "connect_timeout", connect_timeout, POLLING_INTERVAL, health_check_polling_interval
        )
        sandbox = cls(sandbox_id, connection_config=connection_config, custom_health_check=health_check)
        try:
            sandbox._begin(patience, skip_health_check)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    @classmethod
    def resume(
        cls,
        sandbox_id: str,
        connection_config: ConnectionConfigSync | None = None,
        health_check: HealthCheck | None = None,
        resume_timeout: timedelta | float = DEFAULT_READY_TIMEOUT,
        health_check_polling_interval: timedelta | float = DEFAULT_POLLING_INTERVAL,
        skip_health_check: bool = False,
    ) -> Self:
        """Resume a paused sandbox and attach to it. A failure after the resume leaves the sandbox running.

        Example::

            sandbox = SandboxSync.resume(sandbox_id)
        """
        arguments.identifier("sandbox_id", sandbox_id)
        patience = _patience(
            "resume_timeout", resume_timeout, POLLING_INTERVAL, health_check_polling_interval
        )
        sandbox = cls(sandbox_id, connection_config=connection_config, custom_health_check=health_check)
        try:
            sandbox._lifecycle.resume_sandbox(sandbox_id)
            sandbox._begin(patience, skip_health_check)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    @classmethod
    def ephemeral(
        cls,
        image: SandboxImageSpec | SandboxImageSpecDict | str | None = None,
        **options: Unpack[CreateOptions],
    ) -> AbstractContextManager[Self]:
        """Create a sandbox for a block and destroy it at the end, however the block ends. Takes the arguments of
        `create`.

        A cancelled task does not wait for that: the sandbox is destroyed in the background, and the event loop (or
        interpreter) waits for it before it ends. A sandbox that is already gone is no error.

            with SandboxSync.ephemeral("python:3.12", timeout=timedelta(minutes=5)) as sandbox:
                print((sandbox.commands.run("python --version")).text)
        """
        from opensandbox._core.names import check_keywords
        from opensandbox._sync.control.lifetimes import destroyed_at_the_end

        check_keywords(cls.create, options)
        return destroyed_at_the_end(lambda: cls.create(image, **options), CLEAN_UP_SECONDS)

    @classmethod
    def _make(
        cls,
        post: Post,
        metadata: dict[str, str] | None,
        connection_config: ConnectionConfigSync | None,
        ready_timeout: timedelta | float,
        health_check: HealthCheck | None,
        health_check_polling_interval: timedelta | float,
        skip_health_check: bool,
        origin: str,
        create_timeout: timedelta | float | None,
        retry: RetryPolicy | None,
        progress: Callable[[CreationProgress], None] | None,
        policy: NetworkPolicy | None,
        *,
        image: str | None = None,
    ) -> Self:
        from opensandbox._concurrency.background import (
            finish_or_undo,
            in_background,
            supervised,
            undisturbed,
        )
        from opensandbox._concurrency.pairs import Event
        from opensandbox._core.control.creation import answer_limit, took_too_long
        from opensandbox._sync.control.creation import Creation
        from opensandbox._sync.control.progress import LONG, Waiting

        _patience("ready_timeout", ready_timeout, POLLING_INTERVAL, health_check_polling_interval)
        sandbox = cls(
            "", connection_config=connection_config, custom_health_check=health_check, origin=origin
        )
        config = sandbox.connection_config
        limit = answer_limit(
            create_timeout, config.request_timeout, chosen="request_timeout" in config.model_fields_set
        )
        arguments.plain_function("progress", progress)
        unwanted = Event()
        waiting = Waiting(progress)
        creation = Creation(sandbox._lifecycle, config, retry, limit, unwanted, waiting)

        def send() -> SandboxCreateResponse:
            try:
                return creation.run(partial(post, sandbox._lifecycle), metadata)
            except BaseException:
                sandbox.close()
                raise

        def remove(made: SandboxCreateResponse) -> None:
            sandbox.id = made.id
            sandbox._remove()

        def get_ready() -> None:
            try:
                answer = finish_or_undo(
                    send, remove, CLEAN_UP_SECONDS, within=limit, slow=(LONG, waiting.check)
                )
            except TimeoutError as exc:
                give_up()
                raise took_too_long(limit) from exc
            except BaseException:
                give_up()
                raise
            try:
                sandbox.id = waiting.sandbox_id = answer.id
                sandbox._image = image
                patience = _patience(
                    "ready_timeout", ready_timeout, POLLING_INTERVAL, health_check_polling_interval
                )
                sandbox._begin(patience, skip_health_check, waiting)
                sandbox._check_ports(policy, patience)
            except Exception:
                give_up()
                finish_or_undo(sandbox._remove, None, CLEAN_UP_SECONDS)
                raise
            except BaseException:
                give_up()
                in_background(sandbox._remove, CLEAN_UP_SECONDS)
                raise

        def give_up() -> None:
            unwanted.set()
            waiting.give_up()

        def make() -> None:
            try:
                with supervised(CLEAN_UP_SECONDS):
                    get_ready()
            except BaseException:
                if (
                    sandbox.id and not unwanted.is_set()
                ):  # an exception of a signal handler, when all was done
                    in_background(sandbox._remove, CLEAN_UP_SECONDS)
                raise

        def undo(_: None) -> None:
            sandbox._remove()

        undisturbed(make, undo, CLEAN_UP_SECONDS, give_up=give_up)
        return sandbox

    def _remove(self) -> None:
        """Delete a sandbox that nobody will use, and close this object; failures are only logged."""
        from opensandbox._concurrency.pairs import monotonic
        from opensandbox._sync.control.lifecycle import Lifecycle

        try:
            if isinstance(self._lifecycle, Lifecycle):
                # A request timeout that cut the creation short may be too short for this as well.
                limit = max(CLEAN_UP_SECONDS, span(self.connection_config.request_timeout))
                self._lifecycle.kill_sandbox(self.id, deadline=Deadline.after(limit, monotonic()))
            else:
                self._lifecycle.kill_sandbox(self.id)
        except SandboxNotFoundException:
            pass
        except Exception as exc:
            logger.warning(
                "sandbox %s could not be removed and lives until its time runs out: %s", self.id, exc
            )
        finally:
            self.close()

    # Readiness

    def _begin(self, patience: Patience, skip_health_check: bool, waiting: Waiting | None = None) -> None:
        from opensandbox._sync.control.readiness import StateWatch, find

        # The address of the daemon is the first thing anybody needs; that of the egress sidecar waits for its first use.
        state = StateWatch(self._outage().see_alive)
        find(self._find_execd, patience, self._described(), state, waiting)
        self._state = "Running"
        if not skip_health_check:
            self._wait_until_ready(patience, waiting)

    def _check_ports(self, policy: NetworkPolicy | None, patience: Patience) -> None:
        """Make sure that the ports of a policy are in force: servers before 1.2 rule every port instead."""
        if policy is None or not policy.egress:
            return
        from opensandbox._core.network.ports import has_ports, lacks_ports, not_supported
        from opensandbox._sync.control.readiness import wait_until

        wanted = policy.egress
        if not has_ports(wanted):
            return
        policies: list[NetworkPolicy] = []

        def read(deadline: Deadline) -> bool:
            policies.append(self.get_egress_policy())
            return True

        wait_until(read, patience, f"the network policy of {self._described()}", auth_is_final=True)
        if lacks_ports(wanted, policies[-1].egress):
            raise not_supported("the sandbox is removed")

    def check_ready(self, timeout: timedelta | float, polling_interval: timedelta | float) -> None:
        """Wait until the sandbox is healthy, for at most `timeout`.

        Polls after 20, 40, 80 ms … and at least every `polling_interval`. Raises `SandboxReadyTimeoutException`, whose
        cause is the first real failure. 401 and 403 end the wait at once, and so does the end of the sandbox
        (`SandboxTerminatedException`).

            sandbox.check_ready(timedelta(seconds=10), timedelta(milliseconds=200))
        """
        self._wait_until_ready(_patience("timeout", timeout, "polling_interval", polling_interval))

    def _wait_until_ready(self, patience: Patience, waiting: Waiting | None = None) -> None:
        from opensandbox._sync.control.readiness import StateWatch, wait_until

        own = self._custom_health_check is None
        state = StateWatch(self._outage().see_alive)
        wait_until(self._is_ready, patience, self._described(), state, waiting, auth_is_final=own)

    def _is_ready(self, deadline: Deadline) -> bool:
        if self._custom_health_check is not None:
            return bool(self._custom_health_check(self))
        if self._health is not None:
            return self._health.ping(self.id)
        from opensandbox._sync.monitoring.health import probe

        probe(self._find_execd(deadline), deadline)
        return True

    def _described(self) -> str:
        config = self.connection_config
        return f"sandbox {self.id} (domain={config.get_domain()}, use_server_proxy={config.use_server_proxy})"

    def is_healthy(self) -> bool:
        """Return whether the sandbox is healthy; the caller's health check, if there is one, decides."""
        if self._custom_health_check is not None:
            return bool(self._custom_health_check(self))
        try:
            return self._pinged.ping(self.id)
        except Exception:  # a service or a transport of the caller's may raise anything
            logger.debug("the ping of sandbox %s failed", self.id, exc_info=True)
            return False

    # The sandbox as a whole

    def get_info(self) -> SandboxInfo:
        """Return the record of this sandbox: state, expiry, labels, image."""
        info: SandboxInfo = self._lifecycle.get_sandbox_info(self.id)
        self._state = info.status.state
        self._image = self._image if info.image is None else info.image.image
        return info

    def patch_metadata(self, patch: dict[str, str | None]) -> SandboxInfo:
        """Change labels: a text sets a label, `None` removes it, the others stay."""
        info: SandboxInfo = self._lifecycle.patch_sandbox_metadata(self.id, patch)
        return info

    def renew(self, timeout: timedelta | float) -> SandboxRenewResponse:
        """Set the end of the sandbox to `timeout` from now, earlier or later than before."""
        moment = datetime.now(UTC) + _lifetime(timeout)
        answer: SandboxRenewResponse = self._lifecycle.renew_sandbox_expiration(self.id, moment)
        return answer

    def keep_alive(
        self, timeout: timedelta | float = DEFAULT_TIMEOUT, interval: timedelta | float | None = None
    ) -> KeepAlive:
        """Renew the sandbox during a block: at once, and then every `interval` (default: a third of `timeout`).

        The sandbox ends `timeout` after the last renewal, also if this program crashes. A failure of the first renewal
        raises. A later one, for example because the sandbox is gone, ends the renewals; see `KeepAlive.failure`.

            with sandbox.keep_alive(timedelta(minutes=5)):
                sandbox.commands.run("make")
        """
        from opensandbox._sync.control.lifetimes import KeepAlive

        return KeepAlive(self.renew, self.id, timeout, interval)

    def wait_for_state(
        self,
        state: str,
        timeout: timedelta | float = DEFAULT_READY_TIMEOUT,
        polling_interval: timedelta | float = DEFAULT_POLLING_INTERVAL,
    ) -> SandboxInfo:
        """Return the record of this sandbox once it is in `state`, such as `SandboxState.PAUSED`.

        Raises `SandboxTerminatedException` if it has ended, `SandboxNotFoundException` or `SandboxGoneException` if
        the server no longer knows it, `SandboxReadyTimeoutException` after `timeout`.
        """
        from opensandbox._core.control.states import SANDBOX_STATES, check_states, has_state
        from opensandbox._sync.control.polling import wait_for

        check_states("state", [state], SANDBOX_STATES)
        who = f"sandbox {self.id} in state {state}"
        return wait_for(self.get_info, lambda info: has_state(info, state), who, timeout, polling_interval)

    def pause(self) -> None:
        """Freeze every process of the sandbox; `resume_in_place` or `SandboxSync.resume` continues them.

        A deployment may answer before they are frozen: `wait_for_state(SandboxState.PAUSED)` waits for that.
        """
        self._execd_link = None
        self._lifecycle.pause_sandbox(self.id)
        self._state = "Paused"

    def resume_in_place(
        self,
        resume_timeout: timedelta | float = DEFAULT_READY_TIMEOUT,
        health_check_polling_interval: timedelta | float = DEFAULT_POLLING_INTERVAL,
        skip_health_check: bool = False,
    ) -> None:
        """Resume this sandbox after `pause`, and wait until it is healthy; this object stays usable.

        Example::

            sandbox.pause()
            sandbox.resume_in_place()
        """
        patience = _patience(
            "resume_timeout", resume_timeout, POLLING_INTERVAL, health_check_polling_interval
        )
        self._execd_link = None
        self._lifecycle.resume_sandbox(self.id)
        self._begin(patience, skip_health_check)

    def kill(self) -> None:
        """End the sandbox for good. A deployment may still clean up after its response. This object still has to be
        closed."""
        self._execd_link = None
        self._lifecycle.kill_sandbox(self.id)
        self._state = "Terminated"

    def copy_settings(
        self,
        *,
        request_timeout: timedelta | float | None = None,
        retry_policy: RetryPolicy | None = None,
        headers: dict[str, str] | None = None,
    ) -> Self:
        """Return this sandbox as seen with other settings; what is left out stays. Connections are shared.

        The copy is closed like any other object; this one goes on.

            patient = sandbox.copy_settings(request_timeout=120)
        """
        config = changed(
            self.connection_config,
            request_timeout=request_timeout,
            retry_policy=retry_policy,
            headers=headers,
        )
        copy = type(self)(
            self.id,
            connection_config=config,
            custom_health_check=self._custom_health_check,
            origin=self.origin,
        )
        copy._image, copy._state = self._image, self._state
        return copy

    @property
    def last_response(self) -> ResponseInfo | None:
        """The head of the last response that a call through this object got: status, headers, request id; `None` before.

        Calls at the same time share it: give each a `copy_settings()` of its own. Responses of retried attempts are not
        kept; `ConnectionConfigSync(middleware=[…])` sees each.
        """
        return self._http.last_response

    def close(self) -> None:
        """Close the connections of this object; never raises. The sandbox keeps running; a later call reconnects."""
        try:
            self._http.close()
        except Exception:
            logger.warning("closing the connections of sandbox %s failed", self.id, exc_info=True)

    def destroy(self) -> None:
        """`kill`, then `close` in any case; raises the error of `kill`."""
        try:
            self.kill()
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    def create_snapshot(self, name: str | None = None) -> SnapshotInfo:
        """Start a snapshot of the file system. Sandboxes can be created from it once its state is `Ready`."""
        from opensandbox.models.sandboxes import CreateSnapshotRequest

        request = None if name is None else arguments.built(CreateSnapshotRequest, name=name)
        snapshot: SnapshotInfo = self._lifecycle.create_snapshot(self.id, request)
        return snapshot

    # Endpoints

    def get_endpoint(self, port: int, route: EndpointRoute | None = None) -> SandboxEndpoint:
        """Return the endpoint of `port` inside the sandbox: an address without scheme, and the headers to send.

        `route` chooses the way; by default it is the configured one (`use_server_proxy`).
        """
        if route is not None:
            from opensandbox._sync.network.ports import endpoint_at

            return endpoint_at(self._lifecycle, self._http, self.id, port, route)
        endpoint: SandboxEndpoint = self._lifecycle.get_sandbox_endpoint(
            self.id, port, self.connection_config.use_server_proxy
        )
        return endpoint

    def url(self, port: int, route: EndpointRoute | None = None) -> str:
        """Return an address of `port`, with scheme, that works without headers; raises if the port needs headers.

        Example::

            link = sandbox.url(8000, EndpointRoute.signed(int(time.time()) + 3600))
        """
        from opensandbox._sync.network.ports import url

        return url(self._http, self.get_endpoint(port, route), route)

    @contextmanager
    def http(self, port: int, route: EndpointRoute | None = None) -> Iterator[httpx.Client]:
        """Open an httpx client for a port of the sandbox, with the credentials that the port requires.

        Its paths are relative to the port. The credentials go only to that address, also after redirects. It shares
        the connections of this object, and is closed with the block. Errors are those of httpx.

            with sandbox.http(8000) as client:
                print((client.get("/status")).json())
        """
        from opensandbox._sync.network.ports import open_client

        endpoint = self.get_endpoint(port, route)
        with open_client(self._http, endpoint, route, self._forget_endpoints) as client:
            yield client

    def get_signed_endpoint(self, port: int, expires: int) -> SandboxEndpoint:
        """Return an address of `port` that anybody may use until the Unix time `expires` (whole seconds).

        Raises with `use_server_proxy`, which has no signatures; `EndpointRoute.signed` does not use the server proxy.
        """
        endpoint: SandboxEndpoint = self._lifecycle.get_signed_sandbox_endpoint(
            self.id, port, expires, self.connection_config.use_server_proxy
        )
        return endpoint

    def _find_execd(self, deadline: Deadline) -> Connection:
        """Return the way to the daemon, found before `deadline`."""
        from opensandbox._sync.control.lifecycle import Lifecycle

        if not isinstance(self._lifecycle, Lifecycle):
            return self._execd()
        endpoint = self._lifecycle.get_sandbox_endpoint(
            self.id, DEFAULT_EXECD_PORT, self.connection_config.use_server_proxy, deadline=deadline
        )
        return self._link(endpoint)

    def _execd(self) -> Connection:
        """Return the way to the daemon inside the sandbox."""
        return self._link(self._endpoint_at(DEFAULT_EXECD_PORT))

    def _endpoint_at(self, port: int) -> SandboxEndpoint:
        try:
            return self.get_endpoint(port)
        except SandboxNotFoundException as failure:
            if is_pending(failure.status_code, failure.code):
                self._outage().see_alive()
            raise

    def _outage(self) -> Outage:
        from opensandbox._sync.calls.outages import Outage

        return Outage(self._lifecycle, self.id)

    def _execd_client(self) -> httpx.Client:
        """Return a client of the daemon's address for tools that send their own requests there."""
        if self._execd_link is None:
            raise SandboxException(
                f"the address of sandbox {self.id} is not known; create, connect or resume it first"
            )
        from opensandbox._sync.network.ports import client_for

        return client_for(self._http, self._execd_link[0], None, self._forget_endpoints)

    def _sidecar(self) -> Connection:
        """Return the way to the egress sidecar."""
        try:
            endpoint = self._endpoint_at(DEFAULT_EGRESS_PORT)
        except SandboxUnavailableException as failure:
            if failure.status_code != 502:
                raise
            raise SandboxNotSupportedException(
                f"sandbox {self.id} has no egress sidecar to ask, as when it was created without a network policy; "
                "create it with network_policy=",
                failure,
                status_code=failure.status_code,
                error=failure.error,
                request_id=failure.request_id,
            ) from failure
        connection = self._http.sandbox(endpoint)
        connection.outage = self._outage()
        return connection

    def _link(self, endpoint: SandboxEndpoint) -> Connection:
        known = self._execd_link
        if known is not None and known[0] is endpoint:
            return known[1]
        if endpoint.origin and self.origin == "unknown":
            self.origin = endpoint.origin
        connection = self._http.sandbox(endpoint)
        # Not a method of this object: then it would refer to itself, and wait for the garbage collector when it is let go.
        forget, sandbox_id = self._lifecycle.invalidate_endpoint_cache, self.id
        connection.on_unreachable = lambda: forget(sandbox_id)
        connection.outage = self._outage()
        self._execd_link = (endpoint, connection)
        return connection

    def _forget_endpoints(self) -> None:
        self._execd_link = None
        self._lifecycle.invalidate_endpoint_cache(self.id)

    # Services, each made on first use

    @property
    def commands(self) -> CommandsService:
        """Commands and shell sessions."""
        if self._commands is None:
            from opensandbox._sync.run.commands import CommandsService

            self._commands = CommandsService(self._execd, self._execd_client, files=lambda: self.files)
        service: CommandsService = self._commands
        return service

    @property
    def files(self) -> FilesService:
        """Files and directories."""
        if self._files is None:
            from opensandbox._sync.files.service import FilesService

            self._files = FilesService(
                self._execd,
                fixed_length=self.connection_config.use_server_proxy,
                run=lambda command: self.commands.run(command),
                client=self._execd_client,
                stream=lambda command: self.commands.stream(command),
                sign=self._signed_execd,
            )
        # Whoever brings a service of their own gets that; the type names what everybody else gets.
        return cast("FilesService", self._files)

    def _signed_execd(self, expires: int) -> str:
        from opensandbox.models.endpoints import EndpointRoute

        return self.url(DEFAULT_EXECD_PORT, EndpointRoute.signed(expires))

    def files_with_identity(self, uid: int, gid: int) -> FilesService:
        """Return the files with the rights of another user and group."""
        from opensandbox._sync.files.service import FilesService
        from opensandbox.models.execd import RunCommandOpts

        prefix = f"/v1/filesystem/{arguments.numeric_id('uid', uid)}/{arguments.numeric_id('gid', gid)}"
        identity = RunCommandOpts(uid=uid, gid=gid)
        return FilesService(
            self._execd,
            prefix=prefix,
            fixed_length=self.connection_config.use_server_proxy,
            run=lambda command: self.commands.run(command, opts=identity),
            stream=lambda command: self.commands.stream(command, opts=identity),
            sign=self._signed_execd,
        )

    @property
    def processes(self) -> ProcessesService:
        """What runs inside, and signals to it."""
        from opensandbox._sync.run.processes import ProcessesService

        return ProcessesService(self._run_script)

    def _run_script(self, script: str) -> Execution:
        return self.commands.run(script)

    @property
    def code(self) -> CodeService:
        """Code in interpreters that keep their state."""
        if self._code is None:
            from opensandbox._sync.run.code import CodeService

            self._code = CodeService(self._execd)
        return self._code

    @property
    def pty(self) -> PtyService:
        """Programs on a terminal; needs the extra `pty`."""
        if self._pty is None:
            from opensandbox._sync.terminals.pty import PtyService

            self._pty = PtyService(self._execd)
        return self._pty

    @property
    def metrics(self) -> MetricsService:
        """Processor and memory use."""
        if self._metrics is None:
            from opensandbox._sync.monitoring.metrics import MetricsService

            self._metrics = MetricsService(self._execd, self._execd_client)
        service: MetricsService = self._metrics
        return service

    @property
    def diagnostics(self) -> DiagnosticsService:
        """Logs and events that the deployment recorded about this sandbox."""
        if self._diagnostics is None:
            from opensandbox._sync.monitoring.diagnostics import DiagnosticsService

            self._diagnostics = DiagnosticsService(self._http.control_plane())
        service: DiagnosticsService = self._diagnostics
        return service

    @property
    def isolation(self) -> IsolatedService:
        """Sessions isolated from the rest of the sandbox."""
        if self._isolation is None:
            from opensandbox._sync.run.isolation import IsolatedService

            self._isolation = IsolatedService(self._execd)
        service: IsolatedService = self._isolation
        return service

    @property
    def credential_vault(self) -> CredentialVaultSync:
        """Credentials lent to outgoing requests.

        A sandbox from an image needs `credential_proxy` for it, a sandbox from a template only a network policy.
        """
        return self._policed

    @property
    def _policed(self) -> EgressSync:
        if self._egress is None:
            from opensandbox._sync.network.egress import EgressService

            control_plane = self._http.control_plane if self.origin == TEMPLATE else None
            self._egress = EgressService(self.id, self._sidecar, control_plane)
        return self._egress

    @property
    def _pinged(self) -> HealthSync:
        if self._health is None:
            from opensandbox._sync.monitoring.health import HealthService

            self._health = HealthService(self._execd)
        return self._health

    # Shortcuts to the services

    def get_metrics(self) -> SandboxMetrics:
        """Return one usage sample; it takes about a second."""
        return self.metrics.get_metrics(self.id)

    def get_diagnostic_logs(self, scope: str) -> DiagnosticContent:
        """Return the log text of one scope, such as `container` or `all`."""
        return self.diagnostics.get_logs(self.id, scope)

    def get_diagnostic_events(self, scope: str) -> DiagnosticContent:
        """Return the event text of one scope, such as `runtime` or `all`."""
        return self.diagnostics.get_events(self.id, scope)

    def get_diagnostic_context(self) -> DiagnosticContext:
        """Return which backend runs this sandbox, and its names there."""
        return self.diagnostics.get_context(self.id)

    def get_egress_policy(self) -> NetworkPolicy:
        """Return the outbound policy in force."""
        return self._policed.get_policy()

    def patch_egress_rules(self, rules: Sequence[NetworkRule | NetworkRuleDict]) -> None:
        """Insert rules before those of the policy; a rule replaces an older one with the same target and set of ports.

        Raises `SandboxNotSupportedException` if rules have ports and the deployment, older than 1.2, would drop them.
        """
        from opensandbox.models.sandboxes import NetworkRule

        self._policed.patch_rules(models_of(NetworkRule, "rules", rules))

    def delete_egress_rules(self, targets: builtins.list[str]) -> None:
        """Remove the rules for these targets; unknown ones are ignored."""
        self._policed.delete_rules(targets)


def _patience(
    name: str, budget: timedelta | float, interval_name: str, interval: timedelta | float
) -> Patience:
    from opensandbox._sync.control.readiness import Patience

    return Patience.starting_now(seconds(name, budget, positive=True), seconds(interval_name, interval))


def _lifetime(timeout: timedelta | float) -> timedelta:
    return timedelta(seconds=seconds("timeout", timeout, positive=True))
