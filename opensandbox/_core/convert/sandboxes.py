"""Sandboxes: create requests out, records in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from opensandbox_api.lifecycle import models as api
from opensandbox_api.types import UNSET, Record, Unset

from opensandbox._core.control import creation_rules as rules
from opensandbox._core.control.creation import TOKEN_LABEL
from opensandbox._core.control.labels import check_labels
from opensandbox._core.control.states import SANDBOX_STATES, check_states
from opensandbox._core.convert.values import given, made, mapping, model_of, models_of, strings, wire, words
from opensandbox._core.deadlines import seconds
from opensandbox._core.network.endpoints import check_endpoint
from opensandbox._core.text import checked
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import (
    CredentialProxyConfig,
    IdlePolicy,
    NetworkPolicy,
    PagedSandboxInfos,
    PaginationInfo,
    PlatformSpec,
    SandboxAllocation,
    SandboxCreateResponse,
    SandboxEndpoint,
    SandboxFilter,
    SandboxImageAuth,
    SandboxImageSpec,
    SandboxInfo,
    SandboxLifecycle,
    SandboxRenewResponse,
    SandboxStatus,
    Volume,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

DEFAULT_ENTRYPOINT = ("tail", "-f", "/dev/null")
DEFAULT_RESOURCE = {"cpu": "1", "memory": "2Gi"}


def create_request(
    *,
    image: SandboxImageSpec | None,
    snapshot_id: str | None,
    timeout: timedelta | float | None,
    entrypoint: Sequence[str] | None,
    env: Mapping[str, str] | None,
    metadata: Mapping[str, str] | None,
    resource: Mapping[str, str] | None,
    resource_requests: Mapping[str, str] | None,
    platform: PlatformSpec | None,
    network_policy: NetworkPolicy | None,
    credential_proxy: CredentialProxyConfig | None,
    extensions: Mapping[str, str] | None,
    secure_access: bool,
    volumes: Sequence[Volume] | None,
    lifecycle: SandboxLifecycle | None,
) -> api.CreateSandboxRequest:
    """Return the body of a creation from an image, a snapshot or a pool; empty maps are left out.

    Raises `InvalidArgumentException` for what no server accepts.
    """
    request = api.CreateSandboxRequest(
        timeout=None if timeout is None else _life(timeout),
        resource_limits=_resources("resource", resource),
        resource_requests=_resources("resource_requests", resource_requests),
        secure_access=bool(secure_access),
    )
    if image is not None:
        request.image = api.ImageSpec(uri=image.image)
        if image.auth is not None:
            request.image.auth = api.ImageSpecAuth(username=image.auth.username, password=image.auth.password)
    if snapshot_id is not None:
        request.snapshot_id = snapshot_id
    if entrypoint is not None:
        request.entrypoint = _entrypoint(entrypoint)
    if given_env := strings("env", env):
        rules.check_environment(given_env)
        request.env = api.CreateSandboxRequestEnv.from_dict(given_env)
    _common(request, metadata, network_policy, extensions)
    if platform is not None:
        request.platform = api.PlatformSpec.from_dict(wire(model_of(PlatformSpec, "platform", platform)))
    intercepts = False
    if credential_proxy is not None:
        proxy = model_of(CredentialProxyConfig, "credential_proxy", credential_proxy)
        intercepts = proxy.enabled
        if intercepts and network_policy is None and not rules.names_a_pool(extensions):
            raise InvalidArgumentException(
                "credential_proxy needs a network_policy that says where the credentials may go; pass one, "
                'for example NetworkPolicy(default_action="deny", egress=[])'
            )
        request.credential_proxy = api.CredentialProxyConfig.from_dict(wire(proxy))
    if volumes:
        mounts = models_of(Volume, "volumes", volumes)
        rules.check_volumes(mounts)
        request.volumes = [api.Volume.from_dict(wire(volume)) for volume in mounts]
    if lifecycle is not None:
        own = model_of(SandboxLifecycle, "lifecycle", lifecycle)
        rules.check_hooks(own)
        rules.check_renewals(extensions, own.renewal_policy)
        if members := wire(own):
            request.lifecycle = api.SandboxLifecycle.from_dict(members)
    if rules.names_a_pool(extensions):
        rules.check_pool_companions(
            snapshot_id=snapshot_id is not None,
            network_policy=network_policy is not None,
            platform=platform is not None,
            volumes=bool(volumes),
            lifecycle=lifecycle is not None,
            credential_proxy=intercepts,
        )
    return request


def create_from_template_request(
    *,
    template_id: str,
    timeout: timedelta | float,
    metadata: Mapping[str, str] | None,
    network_policy: NetworkPolicy | None,
    extensions: Mapping[str, str] | None,
    idle_policy: IdlePolicy | None,
) -> api.CreateSandboxRequest:
    """Return the body of a creation from a template, which takes no size, image or environment of its own."""
    request = api.CreateSandboxRequest(template_id=template_id, timeout=_life(timeout), secure_access=False)
    _common(request, metadata, network_policy, extensions)
    if idle_policy is not None:
        policy = wire(model_of(IdlePolicy, "idle_policy", idle_policy))
        request.lifecycle = api.SandboxLifecycle(idle_policy=api.IdlePolicy.from_dict(policy))
    return request


def metadata_patch(patch: Mapping[str, str | None]) -> api.PatchSandboxMetadataRequest:
    """Return a merge patch: a string sets a label, `None` removes it."""
    if not isinstance(patch, dict):
        raise InvalidArgumentException(
            f"patch must be a dict of label to text or None, not {type(patch).__name__}"
        )
    strings("patch", {key: value for key, value in patch.items() if value is not None})
    check_labels("patch", patch)
    request = api.PatchSandboxMetadataRequest()
    request.additional_properties = dict(patch)
    return request


def renewal(moment: datetime) -> api.RenewSandboxExpirationRequest:
    """Return the body that sets a new expiry."""
    if not isinstance(moment, datetime):
        raise InvalidArgumentException(
            f"new_expiration_time must be a datetime, not {moment!r}; for example datetime.now(UTC) + timedelta(hours=1)"
        )
    return api.RenewSandboxExpirationRequest(expires_at=moment)


class Paging(TypedDict):
    """The page arguments of a list call."""

    page: int | Unset
    page_size: int | Unset


class PageQuery(Paging):
    """The arguments of a list call."""

    state: list[str] | Unset
    metadata: str | Unset


def page_query(filter: SandboxFilter) -> PageQuery:
    """Return the arguments of a list call; what the filter leaves out is not sent."""
    wanted = model_of(SandboxFilter, "filter", filter)
    check_states("states", wanted.states or (), SANDBOX_STATES)
    return {
        "state": list(wanted.states) if wanted.states else UNSET,
        "metadata": metadata_query(wanted.metadata),
        **paging(wanted.page, wanted.page_size),
    }


def paging(page: int | None, page_size: int | None) -> Paging:
    """Return the page arguments of a list call."""
    return {"page": UNSET if page is None else page, "page_size": UNSET if page_size is None else page_size}


def metadata_query(metadata: Mapping[str, str] | None) -> str | Unset:
    """Return labels as one query value: pairs with both sides percent-encoded (the query encodes the whole once more)."""
    from urllib.parse import quote

    if not metadata:
        return UNSET
    pairs = [(checked("metadata", key), checked(f"metadata.{key}", value)) for key, value in metadata.items()]
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs)


def created(answer: api.CreateSandboxResponse) -> SandboxCreateResponse:
    """Return what the server said of a new sandbox."""
    return SandboxCreateResponse(
        id=answer.id, platform=_platform(answer.platform), extensions=mapping(answer.extensions)
    )


def info(answer: api.Sandbox) -> SandboxInfo:
    """Return the record of a sandbox."""
    return made(
        SandboxInfo,
        id=answer.id,
        status=_status(answer.status),
        entrypoint=answer.entrypoint,
        expires_at=given(answer.expires_at),
        created_at=answer.created_at,
        image=_image(answer.image),
        snapshot_id=given(answer.snapshot_id),
        platform=_platform(answer.platform),
        allocation=_allocation(answer.allocation),
        metadata=_labels(answer.metadata),
        extensions=mapping(answer.extensions),
    )


def page(answer: api.ListSandboxesResponse) -> PagedSandboxInfos:
    """Return one page of sandbox records."""
    return made(
        PagedSandboxInfos,
        sandbox_infos=[info(item) for item in answer.items],
        pagination=pagination(answer.pagination),
    )


def pagination(answer: api.PaginationInfo) -> PaginationInfo:
    """Return where in a list a page stands."""
    return made(
        PaginationInfo,
        page=answer.page,
        page_size=answer.page_size,
        total_items=answer.total_items,
        total_pages=answer.total_pages,
        has_next_page=answer.has_next_page,
    )


def endpoint(
    answer: api.Endpoint, origin: str | None, *, through_server: bool, header_bytes: int | None
) -> SandboxEndpoint:
    """Return how a port is reached, with where the sandbox comes from as the answer's header told it."""
    headers = mapping(answer.headers) or {}
    check_endpoint(answer.endpoint, headers, header_bytes)
    found = SandboxEndpoint(endpoint=answer.endpoint, headers=headers, origin=origin)
    found._through_server = through_server
    return found


def renewed(answer: api.RenewSandboxExpirationResponse) -> SandboxRenewResponse:
    """Return the expiry now in force."""
    return SandboxRenewResponse(expires_at=answer.expires_at)


def _common(
    request: api.CreateSandboxRequest,
    metadata: Mapping[str, str] | None,
    network_policy: NetworkPolicy | None,
    extensions: Mapping[str, str] | None,
) -> None:
    if labels := strings("metadata", metadata):
        check_labels("metadata", labels)
        request.metadata = api.CreateSandboxRequestMetadata.from_dict(labels)
    if options := strings("extensions", extensions):
        rules.check_extensions(options)
        request.extensions = api.CreateSandboxRequestExtensions.from_dict(options)
    if network_policy is not None:
        policy = model_of(NetworkPolicy, "network_policy", network_policy)
        request.network_policy = api.NetworkPolicy.from_dict(wire(policy))


def _life(timeout: timedelta | float) -> int:
    life = seconds("timeout", timeout, positive=True)
    rules.check_life(life)
    return int(life)


def _resources(name: str, value: Mapping[str, str] | None) -> api.ResourceLimits | Unset:
    amounts = strings(name, value)
    rules.check_resources(name, amounts)
    return api.ResourceLimits.from_dict(amounts) if amounts else UNSET


def _entrypoint(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or not value or not all(isinstance(part, str) for part in value):
        raise InvalidArgumentException(
            f'entrypoint must be a list of strings with at least one, not {value!r}; for example ["python", "app.py"]'
        )
    return list(value)


def _labels(value: Record[str] | Unset) -> dict[str, str]:
    # The label by which `create` finds what it made is its own affair.
    return {key: text for key, text in (mapping(value) or {}).items() if key != TOKEN_LABEL}


def _image(value: api.ImageSpec | Unset) -> SandboxImageSpec | None:
    if value is UNSET:
        return None
    auth = given(value.auth)
    credentials = None
    if auth is not None:
        credentials = made(
            SandboxImageAuth, username=given(auth.username) or "", password=given(auth.password) or ""
        )
    return made(SandboxImageSpec, image=value.uri, auth=credentials)


def _status(value: api.SandboxStatus) -> SandboxStatus:
    return made(
        SandboxStatus,
        state=str(value.state),
        reason=given(value.reason),
        message=words(value.message),
        last_transition_at=given(value.last_transition_at),
    )


def _platform(value: api.PlatformSpec | Unset) -> PlatformSpec | None:
    found = given(value)
    return None if found is None else made(PlatformSpec, os=str(found.os), arch=str(found.arch))


def _allocation(value: api.AllocationSummary | Unset) -> SandboxAllocation | None:
    if value is UNSET:
        return None
    return made(SandboxAllocation, mode=str(value.mode), pool_ref=value.pool_ref, state=str(value.state))
