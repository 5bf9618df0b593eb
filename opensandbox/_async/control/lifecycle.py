"""The lifecycle API, one method an operation: sandboxes, their endpoints, snapshots and templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from opensandbox._concurrency.pairs import AsyncLock, monotonic
from opensandbox._core import arguments
from opensandbox._core.control.creation import TOKEN_LABEL
from opensandbox._core.control.states import PAUSED, RESUMED
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import span
from opensandbox._core.net.addresses import ORIGIN_HEADER
from opensandbox._core.network.endpoints import EndpointCache, EndpointKey
from opensandbox.exceptions import InvalidArgumentException, SandboxConflictException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from types import ModuleType

    import httpx

    from opensandbox._async.calls.http import Connection, Http
    from opensandbox._core.deadlines import Deadline
    from opensandbox.models.sandboxes import (
        CreateSnapshotRequest,
        CredentialProxyConfig,
        IdlePolicy,
        NetworkPolicy,
        PagedSandboxInfos,
        PagedSnapshotInfos,
        PlatformSpec,
        SandboxCreateResponse,
        SandboxEndpoint,
        SandboxFilter,
        SandboxImageSpec,
        SandboxInfo,
        SandboxLifecycle,
        SandboxRenewResponse,
        SnapshotFilter,
        SnapshotInfo,
        Volume,
    )
    from opensandbox.models.templates import (
        CreateTemplateRequest,
        PagedTemplateInfos,
        TemplateFilter,
        TemplateInfo,
    )
    from opensandbox.transport.retry import RetryPolicy


class CreationCall(NamedTuple):
    """How a creation is sent; what is left out is that of any request."""

    deadline: Deadline | None = None
    policy: RetryPolicy | None = None
    idempotent: bool | None = None
    """`False`: not even again where its kept-alive connection turns out to be dead. It is looked for first."""


@stays_here(CONNECT_THERE)
class Lifecycle:
    """The control plane as seen by one sandbox or manager. It holds no connection of its own: `http` does."""

    __slots__ = ("_api", "_cache", "_http", "_lookups", "creation")

    def __init__(self, http: Http) -> None:
        self._http = http
        self.creation = CreationCall()
        """How creations are sent."""
        self._api: Connection | None = None
        self._cache: EndpointCache | None = None
        self._lookups: dict[EndpointKey, AsyncLock] = {}

    @property
    def api(self) -> Connection:
        """Return the way to the control plane."""
        if self._api is None:
            self._api = self._http.control_plane()
        return self._api

    @property
    def _httpx_client(self) -> httpx.AsyncClient:
        # Programs written for the published package send requests of their own with it.
        from opensandbox._async.network.ports import client_of

        return client_of(self.api)

    # Sandboxes

    async def create_sandbox(
        self,
        spec: SandboxImageSpec | None,
        entrypoint: list[str] | None,
        env: Mapping[str, str],
        metadata: Mapping[str, str],
        timeout: timedelta | float | None,
        resource: Mapping[str, str],
        network_policy: NetworkPolicy | None,
        extensions: Mapping[str, str],
        volumes: Sequence[Volume] | None,
        platform: PlatformSpec | None = None,
        secure_access: bool = False,
        snapshot_id: str | None = None,
        credential_proxy: CredentialProxyConfig | None = None,
        resource_requests: Mapping[str, str] | None = None,
        lifecycle: SandboxLifecycle | None = None,
    ) -> SandboxCreateResponse:
        """Ask for a new sandbox. The call is sent once: repeating it would make a second one."""
        from opensandbox_api.lifecycle.api.sandboxes import post_sandboxes

        from opensandbox._core.convert import sandboxes as convert

        body = convert.create_request(
            image=spec,
            snapshot_id=snapshot_id,
            timeout=timeout,
            entrypoint=entrypoint,
            env=env,
            metadata=metadata,
            resource=resource,
            resource_requests=resource_requests,
            platform=platform,
            network_policy=network_policy,
            credential_proxy=credential_proxy,
            extensions=extensions,
            secure_access=secure_access,
            volumes=volumes,
            lifecycle=lifecycle,
        )
        with self.api.exchange(**self.creation._asdict()) as client:
            answer = await post_sandboxes.asyncio_detailed(client=client, body=body)
            return convert.created(answer.result())

    async def create_sandbox_from_template(
        self,
        template_id: str,
        timeout: timedelta | float,
        metadata: Mapping[str, str] | None = None,
        network_policy: NetworkPolicy | None = None,
        extensions: Mapping[str, str] | None = None,
        idle_policy: IdlePolicy | None = None,
    ) -> SandboxCreateResponse:
        """Ask for a new sandbox that starts from a template."""
        from opensandbox_api.lifecycle.api.sandboxes import post_sandboxes

        from opensandbox._core.convert import sandboxes as convert

        body = convert.create_from_template_request(
            template_id=arguments.identifier("template_id", template_id),
            timeout=timeout,
            metadata=metadata,
            network_policy=network_policy,
            extensions=extensions,
            idle_policy=idle_policy,
        )
        with self.api.exchange(**self.creation._asdict()) as client:
            answer = await post_sandboxes.asyncio_detailed(client=client, body=body)
            return convert.created(answer.result())

    async def marked_with(self, token: str, *, deadline: Deadline | None = None) -> list[SandboxInfo]:
        """Return the sandboxes that one creation made. The question is put once."""
        from opensandbox_api.lifecycle.api.sandboxes import get_sandboxes

        from opensandbox._core.convert import sandboxes as convert
        from opensandbox.models.sandboxes import SandboxFilter

        query = convert.page_query(SandboxFilter(metadata={TOKEN_LABEL: token}))
        with self.api.exchange(retry=False, deadline=deadline) as client:
            answer = await get_sandboxes.asyncio_detailed(client=client, **query)
            return convert.page(answer.result()).sandbox_infos

    async def get_sandbox_info(
        self, sandbox_id: str, *, deadline: Deadline | None = None, retry: bool = True
    ) -> SandboxInfo:
        """Return the record of a sandbox."""
        from opensandbox_api.lifecycle.api.sandboxes import get_sandboxes_sandbox_id

        from opensandbox._core.convert import sandboxes as convert

        arguments.identifier("sandbox_id", sandbox_id)
        with self.api.exchange(deadline=deadline, retry=retry) as client:
            answer = await get_sandboxes_sandbox_id.asyncio_detailed(sandbox_id, client=client)
            return convert.info(answer.result())

    async def list_sandboxes(self, filter: SandboxFilter) -> PagedSandboxInfos:
        """Return one page of the sandboxes that fit the filter, newest first."""
        from opensandbox_api.lifecycle.api.sandboxes import get_sandboxes

        from opensandbox._core.convert import sandboxes as convert

        with self.api.exchange() as client:
            answer = await get_sandboxes.asyncio_detailed(client=client, **convert.page_query(filter))
            return convert.page(answer.result())

    async def patch_sandbox_metadata(self, sandbox_id: str, patch: Mapping[str, str | None]) -> SandboxInfo:
        """Change labels: a text sets one, `None` removes it, the others stay."""
        from opensandbox_api.lifecycle.api.sandboxes import patch_sandboxes_sandbox_id_metadata

        from opensandbox._core.convert import sandboxes as convert

        arguments.identifier("sandbox_id", sandbox_id)
        body = convert.metadata_patch(patch)
        with self.api.exchange() as client:
            answer = await patch_sandboxes_sandbox_id_metadata.asyncio_detailed(
                sandbox_id, client=client, body=body
            )
            return convert.info(answer.result())

    async def renew_sandbox_expiration(
        self, sandbox_id: str, new_expiration_time: datetime
    ) -> SandboxRenewResponse:
        """Set the moment at which the sandbox ends; it may be earlier than the present one."""
        from opensandbox_api.lifecycle.api.sandboxes import post_sandboxes_sandbox_id_renew_expiration

        from opensandbox._core.convert import sandboxes as convert

        arguments.identifier("sandbox_id", sandbox_id)
        body = convert.renewal(new_expiration_time)
        # An absolute moment: setting it twice is setting it once.
        with self.api.exchange(idempotent=True) as client:
            answer = await post_sandboxes_sandbox_id_renew_expiration.asyncio_detailed(
                sandbox_id, client=client, body=body
            )
            return convert.renewed(answer.result())

    async def pause_sandbox(self, sandbox_id: str) -> None:
        """Ask for a pause; the sandbox is paused once its state says so."""
        from opensandbox_api.lifecycle.api.sandboxes import post_sandboxes_sandbox_id_pause

        await self._ask_for(post_sandboxes_sandbox_id_pause, sandbox_id, PAUSED)

    async def resume_sandbox(self, sandbox_id: str) -> None:
        """Ask for a paused sandbox to go on; it may be reached under other addresses than before."""
        from opensandbox_api.lifecycle.api.sandboxes import post_sandboxes_sandbox_id_resume

        await self._ask_for(post_sandboxes_sandbox_id_resume, sandbox_id, RESUMED)

    async def _ask_for(self, operation: ModuleType, sandbox_id: str, reached: frozenset[str]) -> None:
        self.invalidate_endpoint_cache(arguments.identifier("sandbox_id", sandbox_id))
        try:
            with self.api.exchange() as client:
                await operation.asyncio_detailed(sandbox_id, client=client)
        except SandboxConflictException as conflict:
            # Where an answer was lost, the sandbox may be in this state because it was asked for.
            if (
                not conflict._after_lost_answer
                or (await self.get_sandbox_info(sandbox_id)).status.state not in reached
            ):
                raise

    async def kill_sandbox(self, sandbox_id: str, *, deadline: Deadline | None = None) -> None:
        """End a sandbox for good."""
        from opensandbox_api.lifecycle.api.sandboxes import delete_sandboxes_sandbox_id

        self.invalidate_endpoint_cache(arguments.identifier("sandbox_id", sandbox_id))
        with self.api.exchange(deadline=deadline) as client:
            await delete_sandboxes_sandbox_id.asyncio_detailed(sandbox_id, client=client)

    # Endpoints

    async def get_sandbox_endpoint(
        self,
        sandbox_id: str,
        port: int,
        use_server_proxy: bool = False,
        *,
        deadline: Deadline | None = None,
        retry: bool = True,
    ) -> SandboxEndpoint:
        """Return how a port is reached. Answers are kept for a while; equal questions at one time ask once."""
        arguments.identifier("sandbox_id", sandbox_id)
        key = EndpointKey(sandbox_id, arguments.port(port), bool(use_server_proxy))
        cache = self._endpoint_cache()
        if cache is None:
            return await self._look_up(key, deadline, retry)
        found = cache.get(key, monotonic())
        if found is not None:
            return found
        lookup = self._lookups.setdefault(key, AsyncLock())
        async with lookup:
            found = cache.get(key, monotonic())
            if found is not None:
                return found
            generation = cache.generation
            try:
                endpoint = await self._look_up(key, deadline, retry)
            finally:
                self._lookups.pop(key, None)
            cache.put(key, endpoint, monotonic(), generation)
            return endpoint

    async def get_signed_sandbox_endpoint(
        self, sandbox_id: str, port: int, expires: int, use_server_proxy: bool = False
    ) -> SandboxEndpoint:
        """Return an address that lets anybody in until the Unix time `expires`."""
        from opensandbox_api.lifecycle.api.sandboxes import get_sandboxes_sandbox_id_endpoints_port

        from opensandbox._core.convert import sandboxes as convert

        arguments.identifier("sandbox_id", sandbox_id)
        if use_server_proxy:
            raise InvalidArgumentException(
                "a signed address cannot lead through the server, so use_server_proxy=True would lose the signature; "
                "for an address past the server use get_endpoint(port, EndpointRoute.signed(expires)), "
                "for one through it get_endpoint(port)"
            )
        with self.api.exchange() as client:
            answer = await get_sandboxes_sandbox_id_endpoints_port.asyncio_detailed(
                sandbox_id,
                arguments.port(port),
                client=client,
                use_server_proxy=False,
                expires=str(arguments.instant("expires", expires)),
            )
            return convert.endpoint(
                answer.result(),
                client.headers.get(ORIGIN_HEADER),
                through_server=False,
                header_bytes=self._http.config.answer_limits.endpoint_header_bytes,
            )

    def invalidate_endpoint_cache(self, sandbox_id: str) -> None:
        """Forget what is known about the addresses of a sandbox."""
        if self._cache is not None:
            self._cache.forget(sandbox_id)

    def remember_endpoint(self, sandbox_id: str, port: int, endpoint: SandboxEndpoint) -> None:
        """Keep an address that was learned elsewhere, as if it had been looked up now."""
        cache = self._endpoint_cache()
        if cache is not None:
            key = EndpointKey(sandbox_id, port, self._http.config.use_server_proxy)
            cache.put(key, endpoint, monotonic(), cache.generation)

    def _endpoint_cache(self) -> EndpointCache | None:
        config = self._http.config
        if config.endpoint_cache_disabled:
            return None
        if self._cache is None:
            self._cache = EndpointCache(span(config.endpoint_cache_ttl), config.endpoint_cache_size or 1024)
        return self._cache

    async def _look_up(self, key: EndpointKey, deadline: Deadline | None, retry: bool) -> SandboxEndpoint:
        from opensandbox_api.lifecycle.api.sandboxes import get_sandboxes_sandbox_id_endpoints_port

        from opensandbox._core.convert import sandboxes as convert

        with self.api.exchange(deadline=deadline, retry=retry) as client:
            answer = await get_sandboxes_sandbox_id_endpoints_port.asyncio_detailed(
                key.sandbox_id, key.port, client=client, use_server_proxy=key.use_server_proxy
            )
            return convert.endpoint(
                answer.result(),
                client.headers.get(ORIGIN_HEADER),
                through_server=key.use_server_proxy,
                header_bytes=self._http.config.answer_limits.endpoint_header_bytes,
            )

    # Snapshots

    async def create_snapshot(
        self, sandbox_id: str, request: CreateSnapshotRequest | None = None
    ) -> SnapshotInfo:
        """Begin a snapshot of a running sandbox; it is usable once its state is `Ready`."""
        from opensandbox_api.lifecycle.api.snapshots import post_sandboxes_sandbox_id_snapshots

        from opensandbox._core.convert import snapshots as convert

        arguments.identifier("sandbox_id", sandbox_id)
        body = convert.create_request(request)
        with self.api.exchange() as client:
            answer = await post_sandboxes_sandbox_id_snapshots.asyncio_detailed(
                sandbox_id, client=client, body=body
            )
            return convert.info(answer.result())

    async def get_snapshot(self, snapshot_id: str) -> SnapshotInfo:
        """Return the record of a snapshot."""
        from opensandbox_api.lifecycle.api.snapshots import get_snapshots_snapshot_id

        from opensandbox._core.convert import snapshots as convert

        arguments.identifier("snapshot_id", snapshot_id)
        with self.api.exchange() as client:
            answer = await get_snapshots_snapshot_id.asyncio_detailed(snapshot_id, client=client)
            return convert.info(answer.result())

    async def list_snapshots(self, filter: SnapshotFilter) -> PagedSnapshotInfos:
        """Return one page of the snapshots that fit the filter."""
        from opensandbox_api.lifecycle.api.snapshots import get_snapshots

        from opensandbox._core.convert import snapshots as convert

        with self.api.exchange() as client:
            answer = await get_snapshots.asyncio_detailed(client=client, **convert.page_query(filter))
            return convert.page(answer.result())

    async def delete_snapshot(self, snapshot_id: str) -> None:
        """Delete a snapshot."""
        from opensandbox_api.lifecycle.api.snapshots import delete_snapshots_snapshot_id

        arguments.identifier("snapshot_id", snapshot_id)
        with self.api.exchange() as client:
            await delete_snapshots_snapshot_id.asyncio_detailed(snapshot_id, client=client)

    # Templates

    async def create_template(self, request: CreateTemplateRequest) -> TemplateInfo:
        """Begin the build of a template; sandboxes start from it once its phase is `Succeeded`."""
        from opensandbox_api.lifecycle.api.templates import create_template

        from opensandbox._core.convert import templates as convert

        body = convert.create_request(request)
        with self.api.exchange() as client:
            answer = await create_template.asyncio_detailed(client=client, body=body)
            return convert.info(answer.result())

    async def get_template(self, template_id: str) -> TemplateInfo:
        """Return the record of a template."""
        from opensandbox_api.lifecycle.api.templates import get_template

        from opensandbox._core.convert import templates as convert

        arguments.identifier("template_id", template_id)
        with self.api.exchange() as client:
            answer = await get_template.asyncio_detailed(template_id, client=client)
            return convert.info(answer.result())

    async def list_templates(self, filter: TemplateFilter) -> PagedTemplateInfos:
        """Return one page of the caller's templates."""
        from opensandbox_api.lifecycle.api.templates import list_templates

        from opensandbox._core.convert import templates as convert

        with self.api.exchange() as client:
            answer = await list_templates.asyncio_detailed(client=client, **convert.page_query(filter))
            return convert.page(answer.result())

    async def delete_template(self, template_id: str) -> None:
        """Delete a template; sandboxes that run from it go on."""
        from opensandbox_api.lifecycle.api.templates import delete_template

        arguments.identifier("template_id", template_id)
        with self.api.exchange() as client:
            await delete_template.asyncio_detailed(template_id, client=client)
