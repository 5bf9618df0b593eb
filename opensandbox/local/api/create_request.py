"""From the body of `POST /sandboxes` to a launch plan: which start-up source, and what is refused with it."""

from __future__ import annotations

import platform as machine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from opensandbox.local.api import labels
from opensandbox.local.argument_limits import oversize
from opensandbox.local.egress.policy import parse_policy
from opensandbox.local.errors import invalid
from opensandbox.local.hooks import DEFAULT_TIMEOUT, Hook, Hooks, PeriodicHook, instants
from opensandbox.local.images.login import Login
from opensandbox.local.record import now
from opensandbox.local.resources import Limits, limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from opensandbox.local.api.bodies import (
        CreateSandbox,
        IdlePolicy,
        ImageAuth,
        Lifecycle,
        LifecycleHook,
        PeriodicLifecycleHook,
        Volume,
    )
    from opensandbox.local.egress.policy import Policy
    from opensandbox.local.images.choice import Images
    from opensandbox.local.snapshots import Snapshots
    from opensandbox.local.templates import Templates

DEFAULT_ENTRYPOINT = ("tail", "-f", "/dev/null")
_RENEW = "access.renew.extend.seconds"
ACTIVITY_SECONDS = 1800
"""For how long a server remembers an access, which no sandbox can be idle for longer than; the default of real ones."""
_EGRESS_PREFIX = "OPENSANDBOX_EGRESS_"
_EGRESS_SETTABLE = frozenset(
    _EGRESS_PREFIX + name
    for name in (
        "LOG_LEVEL",
        "DNS_UPSTREAM_TIMEOUT",
        "MITMPROXY_SSL_INSECURE",
        "MITMPROXY_TRANSPARENT",
        "MITMPROXY_EXTRA_PORTS",
        "DENY_WEBHOOK",
        "METRICS_EXTRA_ATTRS",
        "CREDENTIAL_VAULT_REQUIRE_TLS",
        "CREDENTIAL_VAULT_REQUIRE_SCOPED_MATCH",
        "CREDENTIAL_VAULT_TRUSTED_PROXY_CIDRS",
        "POLICY_FILE",
    )
)
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """Everything that a new sandbox is, decided before anything is started."""

    entrypoint: tuple[str, ...]
    env: Mapping[str, str]
    image: dict[str, Any] | None = None
    snapshot_id: str | None = None
    template_id: str | None = None
    image_root: Path | None = None
    layers: tuple[Path, ...] = ()
    limits: Limits = field(default_factory=Limits)
    volumes: tuple[Volume, ...] = ()
    platform: dict[str, str] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, str] = field(default_factory=dict)
    lifetime: timedelta | None = None
    renew_on_access: float | None = None
    idle: IdlePolicy | None = None
    secure_access: bool = False
    hooks: Hooks = field(default_factory=Hooks)
    policy: Policy | None = None
    credential_proxy: bool = False
    scoped_credentials: bool = False
    credentials_over_tls: bool = False
    message: str | None = None
    obtain: Callable[[Callable[[str], None]], Awaitable[Path]] | None = None
    """Gets the image, whose root it returns; it says how far it is."""


def plan(body: CreateSandbox, *, images: Images, snapshots: Snapshots, templates: Templates) -> LaunchPlan:
    """The plan for a creation request; an `ApiError` for one that is wrong or cannot be met on this machine."""
    labels.check_labels(body.metadata or {})
    _check_platform(body)
    if (body.extensions or {}).get("poolRef", "").strip():
        raise invalid(
            "extensions.poolRef: there are no server-side pools here; use the client-side pool of the SDK",
            "SANDBOX::UNSUPPORTED_POOL_REF",
        )
    source = _source(body, images, snapshots, templates)
    credential_proxy = body.credential_proxy is not None and body.credential_proxy.enabled
    if credential_proxy and body.network_policy is None and "template_id" not in source:
        raise invalid("credentialProxy.enabled needs a networkPolicy")
    common: dict[str, Any] = {
        "limits": limits(body.resource_limits or {}),
        "volumes": tuple(body.volumes or ()),
        "platform": body.platform.model_dump() if body.platform else None,
        "metadata": dict(body.metadata or {}),
        "extensions": {
            key: value
            for key, value in (body.extensions or {}).items()
            if key.startswith("opensandbox.extensions.")
        },
        "lifetime": _lifetime(body.timeout),
        "renew_on_access": _renewal(body),
        "idle": _idle_policy(body.lifecycle),
        "secure_access": bool(body.secure_access),
        "hooks": _hooks(body.lifecycle),
        "policy": _policy(body),
        "credential_proxy": credential_proxy,
        "scoped_credentials": _switched_on(body, "CREDENTIAL_VAULT_REQUIRE_SCOPED_MATCH"),
        "credentials_over_tls": _switched_on(body, "CREDENTIAL_VAULT_REQUIRE_TLS"),
    }
    return LaunchPlan(**(common | source))


def _policy(body: CreateSandbox) -> Policy | None:
    if body.network_policy is None:
        return None
    try:
        return parse_policy(body.network_policy.model_dump(by_alias=True, exclude_none=True))
    except ValueError as error:
        raise invalid(f"networkPolicy: {error}") from error


def _switched_on(body: CreateSandbox, name: str) -> bool:
    text = (body.env or {}).get(_EGRESS_PREFIX + name) or ""
    return text.strip().lower() in ("1", "true", "yes", "on")


def _source(
    body: CreateSandbox, images: Images, snapshots: Snapshots, templates: Templates
) -> dict[str, Any]:
    image = body.image if body.image and body.image.uri.strip() else None
    snapshot_id = (body.snapshot_id or "").strip()
    template_id = (body.template_id or "").strip()
    if template_id:
        return _from_template(body, template_id, images, templates)
    if bool(image) == bool(snapshot_id):
        raise invalid("name exactly one start-up source: image.uri, snapshotId or templateId")
    if body.resource_limits is None:
        raise invalid("resourceLimits: required with image and snapshotId; an empty object means no limits")
    env = _environment(body.env or {})
    if image:
        if not body.entrypoint:
            raise invalid(
                "entrypoint: required with image, at least one element", "DOCKER::INVALID_ENTRYPOINT"
            )
        chosen = {"entrypoint": _argv(body.entrypoint), "env": env, "image": {"uri": image.uri}}
        if images.must_be_pulled(image.uri):
            login = _login(image.auth)
            return {**chosen, "obtain": lambda report: images.obtain(image.uri, login, report)}
        root, message = images.choose(image.uri)
        return {**chosen, "image_root": root, "message": message}
    snapshot = snapshots.ready(snapshot_id)
    return {
        "entrypoint": _argv(body.entrypoint) if body.entrypoint else DEFAULT_ENTRYPOINT,
        "env": env,
        "snapshot_id": snapshot_id,
        "metadata": {**snapshot.metadata, **(body.metadata or {})},
        "image_root": snapshot.image_root,
        "layers": (snapshot.layer,),
    }


def _from_template(
    body: CreateSandbox, template_id: str, images: Images, templates: Templates
) -> dict[str, Any]:
    if body.timeout is None:
        raise invalid("timeout: required with templateId")
    refused = ("image", "snapshot_id", "entrypoint", "env", "resource_limits", "resource_requests", "volumes")
    for name in (*refused, "platform", "secure_access"):
        if getattr(body, name):
            raise invalid(
                f"{type(body).model_fields[name].alias}: not allowed with templateId; the template decides it"
            )
    if body.lifecycle and (body.lifecycle.pre_start or body.lifecycle.periodic):
        raise invalid(
            "lifecycle: hooks are not allowed with templateId; the template decides what runs, give policies alone"
        )
    template = templates.ready(template_id)
    # What it is built on stays what it was, whatever the image means now; a snapshot is no image at all.
    message = None if template.from_snapshot else images.choose(template.image).message
    return {
        "entrypoint": template.entrypoint,
        "env": template.env,
        "template_id": template_id,
        "image_root": template.image_root,
        "layers": template.layers,
        "message": message,
        "limits": limits(template.resource_limits),
        # Its vault is set up afterwards, whatever the request says.
        "credential_proxy": True,
    }


def _login(auth: ImageAuth | None) -> Login | None:
    if auth is None or not auth.username:
        return None
    return Login(auth.username, auth.password or "")


def _argv(entrypoint: list[str]) -> tuple[str, ...]:
    if not entrypoint[0].strip() or any("\0" in argument for argument in entrypoint):
        raise invalid(
            "entrypoint: the first element must name a program, and no element may contain NUL",
            "DOCKER::INVALID_ENTRYPOINT",
        )
    return tuple(entrypoint)


def _hooks(lifecycle: Lifecycle | None) -> Hooks:
    if lifecycle is None:
        return Hooks()
    first, periodic = lifecycle.pre_start, lifecycle.periodic or []
    names = [hook.name for hook in periodic]
    for hook in periodic:
        if not hook.name.strip() or names.count(hook.name) > 1:
            raise invalid(
                f"lifecycle.periodic: each name must be there once, and not be blank: {hook.name!r}"
            )
        try:
            instants(hook.schedule, now())
        except ValueError as error:
            raise invalid(f"lifecycle.periodic {hook.name!r}: schedule: {error}") from error
    return Hooks(
        _hook("lifecycle.preStart", first) if first else None,
        tuple(
            PeriodicHook(hook.name, hook.schedule, _hook(f"lifecycle.periodic {hook.name!r}", hook))
            for hook in periodic
        ),
    )


def _hook(where: str, hook: LifecycleHook | PeriodicLifecycleHook) -> Hook:
    if not hook.command[0].strip() or any("\0" in argument for argument in hook.command):
        raise invalid(f"{where}: command must begin with a program, and no element may contain NUL")
    return Hook(tuple(hook.command), hook.timeout_seconds or DEFAULT_TIMEOUT)


def _environment(env: Mapping[str, str | None]) -> dict[str, str]:
    for name, value in env.items():
        if not name or "=" in name or "\0" in name + (value or ""):
            raise invalid(f"env: {name!r} is not a variable: no empty name, '=' in the name, or NUL")
        if name == "OPENSANDBOX_LIFECYCLE":
            raise invalid("env: OPENSANDBOX_LIFECYCLE is reserved; leave it out")
        if name.startswith(_EGRESS_PREFIX) and name not in _EGRESS_SETTABLE:
            raise invalid(
                f"env: {name} is reserved; names beginning {_EGRESS_PREFIX} belong to the egress proxy"
            )
    given = {name: value for name, value in env.items() if value is not None}
    if problem := oversize(given):
        raise invalid(f"env: {problem}")
    return given


def _check_platform(body: CreateSandbox) -> None:
    if body.platform is None:
        return
    os_name, arch = body.platform.os.strip().lower(), body.platform.arch.strip().lower()
    if os_name not in ("linux", "windows") or arch not in ("amd64", "arm64"):
        raise invalid(f"platform: {os_name}/{arch} is none of linux or windows on amd64 or arm64")
    here = _ARCHITECTURES.get(machine.machine(), machine.machine())
    if (os_name, arch) != ("linux", here):
        raise invalid(f"platform: {os_name}/{arch} cannot run here; this machine is linux/{here}")


def _lifetime(seconds: int | None) -> timedelta | None:
    if seconds is None:
        return None
    try:
        lifetime = timedelta(seconds=seconds)
        _ = datetime.now(UTC) + lifetime
    except OverflowError:
        raise invalid(
            f"timeout: {seconds} s end after the year 9999; leave timeout out for no expiry"
        ) from None
    return lifetime


def _renewal(body: CreateSandbox) -> float | None:
    extension = _renew_on_access(body.extensions or {})
    policy = body.lifecycle.renewal_policy if body.lifecycle else None
    if policy is None:
        return extension
    if extension not in (None, policy.extend_seconds):
        raise invalid(
            f"extensions[{_RENEW!r}] says {extension:.0f} and lifecycle.renewalPolicy.extendSeconds "
            f"{policy.extend_seconds}; give the policy alone"
        )
    return float(policy.extend_seconds)


def _renew_on_access(extensions: Mapping[str, str]) -> float | None:
    text = extensions.get(_RENEW)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 300 <= int(text) <= 86400):
        raise invalid(f"extensions[{_RENEW!r}]: {text!r} must be a whole number of seconds from 300 to 86400")
    return float(text)


def _idle_policy(lifecycle: Lifecycle | None) -> IdlePolicy | None:
    policy = lifecycle.idle_policy if lifecycle else None
    if policy and (policy.idle_timeout_seconds is None) != (policy.on_idle is None):
        raise invalid("lifecycle.idlePolicy: idleTimeoutSeconds and onIdle go together; give both or none")
    if policy and (policy.idle_timeout_seconds or 0) > ACTIVITY_SECONDS:
        raise invalid(
            f"lifecycle.idlePolicy: idleTimeoutSeconds is {policy.idle_timeout_seconds}, and this server forgets an access after "
            f"{ACTIVITY_SECONDS} seconds; give at most as many"
        )
    return policy
