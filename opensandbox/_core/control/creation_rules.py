"""What no server accepts in a creation, told before anything is sent.

Only rules that hold everywhere are here. What depends on a deployment (which host paths, how long a life, whether there are
pools) is for the server to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from opensandbox._core.arguments import variables
from opensandbox._core.names import misspelt
from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opensandbox.models.sandboxes import PeriodicLifecycleHook, RenewalPolicy, SandboxLifecycle, Volume

SHORTEST_LIFE: Final = 60
POOL: Final = "poolRef"
RENEWAL: Final = "access.renew.extend.seconds"

_RESERVED_VARIABLE: Final = "OPENSANDBOX_LIFECYCLE"
_SIDECAR: Final = "OPENSANDBOX_EGRESS_"
_SIDECAR_SETTINGS: Final = frozenset(
    [
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
    ]
)
_TEMPLATE_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_AMOUNT: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|[numkKMgGtTpPE]?[iI]?[bB]?)")
_AMOUNTS: Final = {
    "cpu": 'processors such as "2" or "500m"',
    "memory": 'bytes such as "512Mi" or "2Gi"',
    "disk": 'bytes such as "10Gi"',
    "gpu": 'devices such as "1", or "all"',
}

_DNS_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_STORAGE: Final = re.compile(r"\d+(?:\.\d+)?(?:Ki|Mi|Gi|Ti|Pi|Ei)?")

_EVERY: Final = re.compile(r"@every [1-9]\d*s")
_DESCRIPTOR: Final = re.compile(r"@[a-z]+")
_CRON_FIELD: Final = re.compile(r"[-0-9A-Za-z*/,?#]+")
_LONGEST_HOOK: Final = 10800
_LONGEST_PERIODIC_HOOK: Final = 300


def check_life(seconds: float | None) -> None:
    """Refuse a life that is shorter than any server grants; `None` is one without end."""
    if seconds is not None and int(seconds) < SHORTEST_LIFE:
        raise InvalidArgumentException(
            f"timeout must be at least {SHORTEST_LIFE} s, not {seconds:g} s; to end the sandbox earlier, kill it"
        )


def check_environment(env: Mapping[str, str]) -> None:
    """Refuse variables that cannot be, or that belong to the deployment."""
    variables("env", env)
    for key in env:
        if key == _RESERVED_VARIABLE:
            raise InvalidArgumentException(f"env must not have {key}; pass hooks as lifecycle instead")
        if key.startswith(_SIDECAR) and key.removeprefix(_SIDECAR) not in _SIDECAR_SETTINGS:
            raise InvalidArgumentException(
                f"env must not have {key}: of the names that begin with {_SIDECAR} these can be set: "
                f"{', '.join(sorted(_SIDECAR_SETTINGS))}"
            )


def check_template_environment(env: Mapping[str, str]) -> None:
    """Refuse names that a template cannot hold; it is stricter than a sandbox."""
    for key in env:
        if not _TEMPLATE_VARIABLE.fullmatch(key):
            raise InvalidArgumentException(
                f"env has {key!r}; names in a template are letters, digits and '_', and begin with none of the digits"
            )


def check_resources(name: str, amounts: Mapping[str, str]) -> None:
    """Refuse amounts that are none, and misspelt names. Others that are not known here are the deployment's."""
    for key, text in amounts.items():
        example = _AMOUNTS.get(key)
        if meant := misspelt(key, _AMOUNTS):
            raise InvalidArgumentException(f"{name}: unknown resource {key!r}; did you mean {meant!r}?")
        if example is None or (key == "gpu" and text.strip() == "all"):
            continue
        if not _AMOUNT.fullmatch(text.strip()):
            raise InvalidArgumentException(f"{name}[{key!r}] must be an amount of {example}, not {text!r}")


def check_extensions(extensions: Mapping[str, str]) -> None:
    """Refuse a renewal on access that cannot be read; the other extensions are the deployment's."""
    text = extensions.get(RENEWAL)
    if text is not None and not (
        text.isascii() and text.isdigit() and len(text) <= 9 and 300 <= int(text) <= 86400
    ):
        raise InvalidArgumentException(
            f"extensions[{RENEWAL!r}] must be whole seconds from 300 to 86400 in a string, not {text!r}"
        )


def check_renewals(extensions: Mapping[str, str] | None, policy: RenewalPolicy | None) -> None:
    """Refuse two renewals on access that disagree; extensions that cannot be read are refused elsewhere."""
    text = (extensions or {}).get(RENEWAL)
    if policy is not None and text is not None and int(text) != policy.extend_seconds:
        raise InvalidArgumentException(
            f"extensions[{RENEWAL!r}] says {text} and lifecycle.renewal_policy.extend_seconds {policy.extend_seconds}; "
            "leave the extension out, it is the old way to say it"
        )


def deprecated_extension(extensions: object) -> str | None:
    """Return what to tell a caller who uses the old way to renew on access, `None` for all others."""
    if not isinstance(extensions, dict) or RENEWAL not in extensions:
        return None
    return (
        f"extensions[{RENEWAL!r}] is deprecated since protocol 1.2; pass "
        f"lifecycle=SandboxLifecycle(renewal_policy=RenewalPolicy(extend_seconds=...)) where the server knows that"
    )


def names_a_pool(extensions: Mapping[str, str] | None) -> bool:
    """Tell whether a creation takes its sandbox from a pool of the server's."""
    pool = (extensions or {}).get(POOL)
    return isinstance(pool, str) and bool(pool.strip())


def check_pool_companions(**given: bool) -> None:
    """Refuse what a sandbox from a pool of the server's cannot have any more: it exists already."""
    for name, present in given.items():
        if present:
            raise InvalidArgumentException(
                f"{name} cannot go together with extensions[{POOL!r}]: the pool's sandboxes are made before; "
                "let the pool have it, or leave the pool out"
            )


def check_volumes(volumes: Sequence[Volume]) -> None:
    """Refuse names, claims and paths that no server mounts."""
    names: set[str] = set()
    for index, volume in enumerate(volumes):
        where = f"volumes[{index}]"
        _check_dns_label(f"{where}.name", volume.name, 63)
        if volume.name in names:
            raise InvalidArgumentException(
                f"{where}.name {volume.name!r} is used twice; give each volume a name of its own"
            )
        names.add(volume.name)
        if ".." in volume.mount_path.split("/"):
            raise InvalidArgumentException(
                f"{where}.mount_path must not contain '..', not {volume.mount_path!r}; write the path out"
            )
        sub = volume.sub_path or ""
        if sub.startswith("/") or ".." in sub.split("/"):
            raise InvalidArgumentException(
                f"{where}.sub_path must be relative and without '..', not {sub!r}; for example 'results/today'"
            )
        if volume.pvc is not None:
            _check_dns_label(f"{where}.pvc.claim_name", volume.pvc.claim_name, 253)
            storage = volume.pvc.storage
            if storage is not None and not _STORAGE.fullmatch(storage):
                raise InvalidArgumentException(
                    f"{where}.pvc.storage must be a size such as '10Gi', not {storage!r}"
                )


def check_hooks(hooks: SandboxLifecycle) -> None:
    """Refuse schedules that cannot be read, and time limits beyond those that servers have."""
    if hooks.pre_start is not None:
        _check_limit("lifecycle.pre_start", hooks.pre_start.timeout_seconds, _LONGEST_HOOK)
    for index, hook in enumerate(hooks.periodic or ()):
        where = f"lifecycle.periodic[{index}]"
        _check_limit(where, hook.timeout_seconds, _LONGEST_PERIODIC_HOOK)
        _check_schedule(where, hook)


def _check_limit(where: str, seconds: int | None, longest: int) -> None:
    if seconds is not None and not 1 <= seconds <= longest:
        raise InvalidArgumentException(
            f"{where}.timeout_seconds must be between 1 and {longest}, not {seconds}; None leaves it to the server (60)"
        )


def _check_schedule(where: str, hook: PeriodicLifecycleHook) -> None:
    text = hook.schedule.strip()
    fields = text.split()
    cron = len(fields) == 5 and all(_CRON_FIELD.fullmatch(field) for field in fields)
    if not (cron or _EVERY.fullmatch(text) or _DESCRIPTOR.fullmatch(text)):
        raise InvalidArgumentException(
            f"{where}.schedule must be five cron fields ('*/5 * * * *'), a word such as '@hourly', "
            f"or '@every 30s', not {hook.schedule!r}"
        )


def _check_dns_label(where: str, text: str, longest: int) -> None:
    if len(text) > longest or not _DNS_LABEL.fullmatch(text):
        raise InvalidArgumentException(
            f"{where} must be at most {longest} lower-case letters, digits and '-', "
            f"beginning and ending with a letter or digit, not {text!r}"
        )
