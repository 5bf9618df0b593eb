# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

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


T = TypeVar("T", bound="CreateSandboxRequest")


@_attrs_define
class CreateSandboxRequest:
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
        image: dict[str, Any] | Unset = UNSET
        if not isinstance(self.image, Unset):
            image = self.image.to_dict()

        snapshot_id = self.snapshot_id

        platform: dict[str, Any] | Unset = UNSET
        if not isinstance(self.platform, Unset):
            platform = self.platform.to_dict()

        timeout: int | None | Unset
        if isinstance(self.timeout, Unset):
            timeout = UNSET
        else:
            timeout = self.timeout

        resource_limits: dict[str, Any] | Unset = UNSET
        if not isinstance(self.resource_limits, Unset):
            resource_limits = self.resource_limits.to_dict()

        env: dict[str, Any] | Unset = UNSET
        if not isinstance(self.env, Unset):
            env = self.env.to_dict()

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        entrypoint: list[str] | Unset = UNSET
        if not isinstance(self.entrypoint, Unset):
            entrypoint = self.entrypoint

        network_policy: dict[str, Any] | Unset = UNSET
        if not isinstance(self.network_policy, Unset):
            network_policy = self.network_policy.to_dict()

        credential_proxy: dict[str, Any] | Unset = UNSET
        if not isinstance(self.credential_proxy, Unset):
            credential_proxy = self.credential_proxy.to_dict()

        secure_access = self.secure_access

        volumes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.volumes, Unset):
            volumes = []
            for volumes_item_data in self.volumes:
                volumes_item = volumes_item_data.to_dict()
                volumes.append(volumes_item)

        extensions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.extensions, Unset):
            extensions = self.extensions.to_dict()

        template_id = self.template_id

        resource_requests: dict[str, Any] | Unset = UNSET
        if not isinstance(self.resource_requests, Unset):
            resource_requests = self.resource_requests.to_dict()

        lifecycle: dict[str, Any] | Unset = UNSET
        if not isinstance(self.lifecycle, Unset):
            lifecycle = self.lifecycle.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if image is not UNSET:
            field_dict["image"] = image
        if snapshot_id is not UNSET:
            field_dict["snapshotId"] = snapshot_id
        if platform is not UNSET:
            field_dict["platform"] = platform
        if timeout is not UNSET:
            field_dict["timeout"] = timeout
        if resource_limits is not UNSET:
            field_dict["resourceLimits"] = resource_limits
        if env is not UNSET:
            field_dict["env"] = env
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if entrypoint is not UNSET:
            field_dict["entrypoint"] = entrypoint
        if network_policy is not UNSET:
            field_dict["networkPolicy"] = network_policy
        if credential_proxy is not UNSET:
            field_dict["credentialProxy"] = credential_proxy
        if secure_access is not UNSET:
            field_dict["secureAccess"] = secure_access
        if volumes is not UNSET:
            field_dict["volumes"] = volumes
        if extensions is not UNSET:
            field_dict["extensions"] = extensions
        if template_id is not UNSET:
            field_dict["templateId"] = template_id
        if resource_requests is not UNSET:
            field_dict["resourceRequests"] = resource_requests
        if lifecycle is not UNSET:
            field_dict["lifecycle"] = lifecycle

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
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
        d = {key: value for key, value in src_dict.items() if value is not None}
        _image = d.pop("image", UNSET)
        image: ImageSpec | Unset
        if isinstance(_image, Unset):
            image = UNSET
        else:
            image = ImageSpec.from_dict(_image)

        snapshot_id = d.pop("snapshotId", UNSET)

        _platform = d.pop("platform", UNSET)
        platform: PlatformSpec | Unset
        if isinstance(_platform, Unset):
            platform = UNSET
        else:
            platform = PlatformSpec.from_dict(_platform)

        def _parse_timeout(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timeout = _parse_timeout(d.pop("timeout", UNSET))

        _resource_limits = d.pop("resourceLimits", UNSET)
        resource_limits: ResourceLimits | Unset
        if isinstance(_resource_limits, Unset):
            resource_limits = UNSET
        else:
            resource_limits = ResourceLimits.from_dict(_resource_limits)

        _env = d.pop("env", UNSET)
        env: CreateSandboxRequestEnv | Unset
        if isinstance(_env, Unset):
            env = UNSET
        else:
            env = CreateSandboxRequestEnv.from_dict(_env)

        _metadata = d.pop("metadata", UNSET)
        metadata: CreateSandboxRequestMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = CreateSandboxRequestMetadata.from_dict(_metadata)

        entrypoint = cast(list[str], d.pop("entrypoint", UNSET))

        _network_policy = d.pop("networkPolicy", UNSET)
        network_policy: NetworkPolicy | Unset
        if isinstance(_network_policy, Unset):
            network_policy = UNSET
        else:
            network_policy = NetworkPolicy.from_dict(_network_policy)

        _credential_proxy = d.pop("credentialProxy", UNSET)
        credential_proxy: CredentialProxyConfig | Unset
        if isinstance(_credential_proxy, Unset):
            credential_proxy = UNSET
        else:
            credential_proxy = CredentialProxyConfig.from_dict(_credential_proxy)

        secure_access = d.pop("secureAccess", UNSET)

        _volumes = d.pop("volumes", UNSET)
        volumes: list[Volume] | Unset = UNSET
        if _volumes is not UNSET:
            volumes = []
            for volumes_item_data in _volumes:
                volumes_item = Volume.from_dict(volumes_item_data)

                volumes.append(volumes_item)

        _extensions = d.pop("extensions", UNSET)
        extensions: CreateSandboxRequestExtensions | Unset
        if isinstance(_extensions, Unset):
            extensions = UNSET
        else:
            extensions = CreateSandboxRequestExtensions.from_dict(_extensions)

        template_id = d.pop("templateId", UNSET)

        _resource_requests = d.pop("resourceRequests", UNSET)
        resource_requests: ResourceLimits | Unset
        if isinstance(_resource_requests, Unset):
            resource_requests = UNSET
        else:
            resource_requests = ResourceLimits.from_dict(_resource_requests)

        _lifecycle = d.pop("lifecycle", UNSET)
        lifecycle: SandboxLifecycle | Unset
        if isinstance(_lifecycle, Unset):
            lifecycle = UNSET
        else:
            lifecycle = SandboxLifecycle.from_dict(_lifecycle)

        create_sandbox_request = cls(
            image=image,
            snapshot_id=snapshot_id,
            platform=platform,
            timeout=timeout,
            resource_limits=resource_limits,
            env=env,
            metadata=metadata,
            entrypoint=entrypoint,
            network_policy=network_policy,
            credential_proxy=credential_proxy,
            secure_access=secure_access,
            volumes=volumes,
            extensions=extensions,
            template_id=template_id,
            resource_requests=resource_requests,
            lifecycle=lifecycle,
        )

        create_sandbox_request.additional_properties = d
        return create_sandbox_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
