# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present

if TYPE_CHECKING:
    from ..models.create_sandbox_request_env import CreateSandboxRequestEnv
    from ..models.create_sandbox_request_extensions import CreateSandboxRequestExtensions
    from ..models.create_sandbox_request_metadata import CreateSandboxRequestMetadata
    from ..models.credential_proxy_config import CredentialProxyConfig
    from ..models.image_spec import ImageSpec
    from ..models.network_policy import NetworkPolicy
    from ..models.platform_spec import PlatformSpec
    from ..models.resource_limits import ResourceLimits
    from ..models.sandbox_lifecycle import SandboxLifecycle
    from ..models.volume import Volume


@_attrs_define
class CreateSandboxRequest(Record[Any]):
    """What a sandbox starts from, what it may use and how long it lives. Servers ignore members that they do not know.

    Attributes:
        image (ImageSpec | Unset): A container image and how to get it.
        snapshot_id (str | Unset): Snapshot to start from.
        platform (PlatformSpec | Unset): What a sandbox runs on.
        timeout (int | None | Unset): Seconds until the sandbox ends by itself; `null`, or nothing, for never. A server
            may allow less than was asked for.
        resource_limits (ResourceLimits | Unset): Amounts by resource, all as text: `cpu` (`500m`, `2`), `memory`
            (`512Mi`), `gpu` (`1`), `disk`. Others may be understood.
        env (CreateSandboxRequestEnv | Unset): Variables for the sandbox's main process.
        metadata (CreateSandboxRequestMetadata | Unset): Labels to find the sandbox by. Keys below `opensandbox.io/`
            belong to the system.
        entrypoint (list[str] | Unset): Program and arguments of the main process.
        network_policy (NetworkPolicy | Unset): Which hosts a sandbox may talk to.
        credential_proxy (CredentialProxyConfig | Unset): Switch for the proxy that adds secrets to outbound requests.
        secure_access (bool | Unset): Whether the sandbox's addresses demand a token, which the endpoint call then hands
            out as a header. Needs a gateway. Default: False.
        volumes (list[Volume] | Unset): What to mount, each under a name of its own.
        extensions (CreateSandboxRequestExtensions | Unset): Options that mean something to the runtime only, such as
            `poolRef`. All values are text.
        template_id (str | Unset): Template to start from.
        resource_requests (ResourceLimits | Unset): Amounts by resource, all as text: `cpu` (`500m`, `2`), `memory`
            (`512Mi`), `gpu` (`1`), `disk`. Others may be understood.
        lifecycle (SandboxLifecycle | Unset): Commands that a sandbox runs at certain moments, and what the server does
            with it on its own. The policies never reach the sandbox.
    """

    image: ImageSpec | Unset = UNSET
    snapshot_id: str | Unset = UNSET
    platform: PlatformSpec | Unset = UNSET
    timeout: int | None | Unset = UNSET
    resource_limits: ResourceLimits | Unset = UNSET
    env: CreateSandboxRequestEnv | Unset = UNSET
    metadata: CreateSandboxRequestMetadata | Unset = UNSET
    entrypoint: list[str] | Unset = UNSET
    network_policy: NetworkPolicy | Unset = UNSET
    credential_proxy: CredentialProxyConfig | Unset = UNSET
    secure_access: bool | Unset = False
    volumes: list[Volume] | Unset = UNSET
    extensions: CreateSandboxRequestExtensions | Unset = UNSET
    template_id: str | Unset = UNSET
    resource_requests: ResourceLimits | Unset = UNSET
    lifecycle: SandboxLifecycle | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        timeout: int | None | Unset
        if isinstance(self.timeout, Unset):
            timeout = UNSET
        else:
            timeout = self.timeout

        members: dict[str, Any] = {**self.additional_properties}
        if self.image is not UNSET:
            members["image"] = self.image.to_dict()
        if self.snapshot_id is not UNSET:
            members["snapshotId"] = self.snapshot_id
        if self.platform is not UNSET:
            members["platform"] = self.platform.to_dict()
        if timeout is not UNSET:
            members["timeout"] = timeout
        if self.resource_limits is not UNSET:
            members["resourceLimits"] = self.resource_limits.to_dict()
        if self.env is not UNSET:
            members["env"] = self.env.to_dict()
        if self.metadata is not UNSET:
            members["metadata"] = self.metadata.to_dict()
        if self.entrypoint is not UNSET:
            members["entrypoint"] = self.entrypoint
        if self.network_policy is not UNSET:
            members["networkPolicy"] = self.network_policy.to_dict()
        if self.credential_proxy is not UNSET:
            members["credentialProxy"] = self.credential_proxy.to_dict()
        if self.secure_access is not UNSET:
            members["secureAccess"] = self.secure_access
        if self.volumes is not UNSET:
            members["volumes"] = [item.to_dict() for item in self.volumes]
        if self.extensions is not UNSET:
            members["extensions"] = self.extensions.to_dict()
        if self.template_id is not UNSET:
            members["templateId"] = self.template_id
        if self.resource_requests is not UNSET:
            members["resourceRequests"] = self.resource_requests.to_dict()
        if self.lifecycle is not UNSET:
            members["lifecycle"] = self.lifecycle.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global \
            CreateSandboxRequestEnv, \
            CreateSandboxRequestExtensions, \
            CreateSandboxRequestMetadata, \
            CredentialProxyConfig, \
            ImageSpec, \
            NetworkPolicy, \
            PlatformSpec, \
            ResourceLimits, \
            SandboxLifecycle, \
            Volume
        if "Volume" not in globals():
            from ..models.create_sandbox_request_env import CreateSandboxRequestEnv
            from ..models.create_sandbox_request_extensions import CreateSandboxRequestExtensions
            from ..models.create_sandbox_request_metadata import CreateSandboxRequestMetadata
            from ..models.credential_proxy_config import CredentialProxyConfig
            from ..models.image_spec import ImageSpec
            from ..models.network_policy import NetworkPolicy
            from ..models.platform_spec import PlatformSpec
            from ..models.resource_limits import ResourceLimits
            from ..models.sandbox_lifecycle import SandboxLifecycle
            from ..models.volume import Volume

        d = present(src_dict)

        def _parse_timeout(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timeout = _parse_timeout(d.pop("timeout", UNSET))

        record = cls(
            image=UNSET if (value := d.pop("image", UNSET)) is UNSET else ImageSpec.from_dict(value),
            snapshot_id=d.pop("snapshotId", UNSET),
            platform=UNSET if (value := d.pop("platform", UNSET)) is UNSET else PlatformSpec.from_dict(value),
            timeout=timeout,
            resource_limits=UNSET if (value := d.pop("resourceLimits", UNSET)) is UNSET else ResourceLimits.from_dict(value),
            env=UNSET if (value := d.pop("env", UNSET)) is UNSET else CreateSandboxRequestEnv.from_dict(value),
            metadata=UNSET if (value := d.pop("metadata", UNSET)) is UNSET else CreateSandboxRequestMetadata.from_dict(value),
            entrypoint=d.pop("entrypoint", UNSET),
            network_policy=UNSET if (value := d.pop("networkPolicy", UNSET)) is UNSET else NetworkPolicy.from_dict(value),
            credential_proxy=UNSET if (value := d.pop("credentialProxy", UNSET)) is UNSET else CredentialProxyConfig.from_dict(value),
            secure_access=d.pop("secureAccess", UNSET),
            volumes=UNSET if (value := d.pop("volumes", UNSET)) is UNSET else [Volume.from_dict(item) for item in value],
            extensions=UNSET if (value := d.pop("extensions", UNSET)) is UNSET else CreateSandboxRequestExtensions.from_dict(value),
            template_id=d.pop("templateId", UNSET),
            resource_requests=UNSET if (value := d.pop("resourceRequests", UNSET)) is UNSET else ResourceLimits.from_dict(value),
            lifecycle=UNSET if (value := d.pop("lifecycle", UNSET)) is UNSET else SandboxLifecycle.from_dict(value),
        )
        record.additional_properties = d
        return record
