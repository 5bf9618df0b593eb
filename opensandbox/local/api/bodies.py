"""The shapes of request bodies, checked on arrival: a wrong type, range or pattern is a 400 that names the member."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, ValidationError
from pydantic.alias_generators import to_camel

from opensandbox.local.errors import ApiError, ShapeError

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_BODY = 1024 * 1024

Body = TypeVar("Body", bound=BaseModel)


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# JSON makes no difference between 60 and 60.0.
Whole = Annotated[int, BeforeValidator(_whole)]
NonEmpty = Annotated[str, Field(min_length=1)]
Argv = Annotated[list[str], Field(min_length=1)]


class Open(BaseModel):
    """A schema that ignores unknown members."""

    model_config = ConfigDict(
        strict=True, frozen=True, alias_generator=to_camel, extra="ignore", defer_build=True
    )


class Closed(BaseModel):
    """A schema that refuses unknown members."""

    model_config = ConfigDict(
        strict=True, frozen=True, alias_generator=to_camel, extra="forbid", defer_build=True
    )


class ImageAuth(Closed):
    """Credentials for the registry that an image is pulled from."""

    username: str | None = None
    password: str | None = None


class Image(Closed):
    """A startup image by name."""

    uri: str
    auth: ImageAuth | None = None


class Platform(Closed):
    """A demanded operating system and processor."""

    os: str
    arch: str


class HostVolume(Closed):
    """A directory of the host."""

    path: Annotated[str, Field(pattern=r"^(/|[A-Za-z]:[\\/])")]


class NamedVolume(Closed):
    """A volume kept by the server under a name."""

    claim_name: Annotated[str, Field(max_length=253, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    create_if_not_exists: bool = True
    delete_on_sandbox_termination: bool = False
    storage_class: str | None = None
    storage: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(Ki|Mi|Gi|Ti|Pi|Ei)?$")] | None = None
    access_modes: list[str] | None = None


class Volume(Closed):
    """One mount; exactly one back-end."""

    name: Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    host: HostVolume | None = None
    pvc: NamedVolume | None = None
    ossfs: dict[str, Any] | None = None
    mount_path: Annotated[str, Field(pattern=r"^/.*")]
    read_only: bool = False
    sub_path: str | None = None


class Rule(Closed):
    """One egress rule. Which targets and ports go together is decided where rules are read."""

    action: Literal["allow", "deny"]
    target: str | None = None
    ports: list[Whole] | None = None


class Policy(Closed):
    """An egress policy."""

    default_action: Literal["allow", "deny"] | None = None
    egress: list[Rule] | None = None


class CredentialProxy(Closed):
    """Switch of the credential proxy."""

    enabled: bool = False


class LifecycleHook(Closed):
    """A program run once."""

    command: Argv
    timeout_seconds: Annotated[Whole, Field(ge=1, le=10800)] | None = None


class PeriodicLifecycleHook(Closed):
    """A program run again and again."""

    name: NonEmpty
    schedule: NonEmpty
    command: Argv
    timeout_seconds: Annotated[Whole, Field(ge=1, le=300)] | None = None


class ActivityProbe(Closed):
    """A question to a program inside: is it busy?"""

    port: Annotated[Whole, Field(ge=1, le=65535)]
    path: Annotated[str, Field(min_length=1, max_length=512, pattern=r"^/[^\s\x00-\x1f\x7f]*$")]
    timeout_seconds: Annotated[Whole, Field(ge=1, le=10)] = 2


class IdlePolicy(Closed):
    """What becomes of a sandbox that nobody uses."""

    idle_timeout_seconds: Annotated[Whole, Field(ge=30, le=86400)] | None = None
    on_idle: Literal["pause"] | None = None
    wake_on_access: bool = True
    active_probe: ActivityProbe | None = None


class RenewalPolicy(Closed):
    """How far each access moves the expiry."""

    extend_seconds: Annotated[Whole, Field(ge=300, le=86400)]


class Lifecycle(Closed):
    """The hooks of a sandbox, and the policies that the server follows."""

    pre_start: LifecycleHook | None = None
    periodic: list[PeriodicLifecycleHook] | None = None
    idle_policy: IdlePolicy | None = None
    renewal_policy: RenewalPolicy | None = None


class CreateSandbox(Open):
    """Body of `POST /sandboxes`. Which members go together is decided in `create_request`."""

    image: Image | None = None
    snapshot_id: str | None = None
    template_id: NonEmpty | None = None
    platform: Platform | None = None
    timeout: Annotated[Whole, Field(ge=60)] | None = None
    resource_limits: dict[str, str] | None = None
    resource_requests: dict[str, str] | None = None
    env: dict[str, str | None] | None = None
    metadata: dict[str, str] | None = None
    entrypoint: Argv | None = None
    network_policy: Policy | None = None
    credential_proxy: CredentialProxy | None = None
    secure_access: bool | None = None
    volumes: list[Volume] | None = None
    extensions: dict[str, str] | None = None
    lifecycle: Lifecycle | None = None


class RenewExpiration(Closed):
    """Body of `POST /sandboxes/{id}/renew-expiration`."""

    expires_at: datetime


class CreateSnapshot(Closed):
    """Body of `POST /sandboxes/{id}/snapshots`."""

    name: NonEmpty | None = None


class Readiness(Closed):
    """When the build of a template counts as ready."""

    probe: str | None = None
    warmup_seconds: Annotated[Whole, Field(ge=0)] | None = None


class CreateTemplate(Closed):
    """Body of `POST /templates`."""

    image: NonEmpty
    publish: NonEmpty
    resource_limits: dict[str, str] | None = None
    entrypoint: Argv | None = None
    env: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], str] | None = None
    metadata: dict[str, str] | None = None
    readiness: Readiness | None = None
    format: Literal["native", "overlaybd"] = "overlaybd"


class MetricsEvent(Open):
    """Body of `POST /metrics/events`."""

    event_type: Literal["sandbox.create"]
    sandbox_id: str | None = None
    image: str | None = None
    create_duration_ms: Annotated[Whole, Field(ge=0)]
    success: bool


class Rules(RootModel[list[Rule]]):
    """Body of `PATCH /sandboxes/{id}/networkpolicy`."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)


class Targets(RootModel[list[str]]):
    """Body of `DELETE /sandboxes/{id}/networkpolicy`; an empty text stands for the rules without a target."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)


class MetadataPatch(RootModel[dict[str, Any]]):
    """Body of `PATCH /sandboxes/{id}/metadata`: a merge patch."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)


async def raw_body(request: Request) -> bytes:
    """The whole body; 413 as soon as it is known to be larger than 1 MiB."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY:
            raise ApiError(
                413, "SANDBOX::INVALID_PARAMETER", f"the request body is larger than {MAX_BODY} bytes"
            )
    return bytes(received)


async def read_body(request: Request, shape: type[Body], *, default: bytes = b"") -> Body:
    """The body of a request in the given shape, or 400; `default` stands for a body that was not sent."""
    content = await raw_body(request) or default
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        # The value itself stays out of the message: it may be a secret.
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise ShapeError([(found["loc"], found["msg"], found["type"]) for found in problems]) from error
