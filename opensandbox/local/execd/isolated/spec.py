"""The request that creates an isolated session: checked, and turned into values."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any

from opensandbox.local.argument_limits import oversize
from opensandbox.local.execd.http.errors import NOT_SUPPORTED, ExecdError, invalid
from opensandbox.local.execd.http.members import flag, integer, items, members, text
from opensandbox.local.execd.run.environment import is_own

MAX_MOUNTS = 16
MAX_ID = 4294967294
WRITABLE_ROOTS = ("/workspace", "/mnt", "/media", "/data")
# What a shell needs to work at all; the strict profile lets nothing else of the daemon's variables in.
BASE_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "TZ", "USER", "LOGNAME", "SHELL")

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class IsolatedMount:
    """A directory of the sandbox inside the session: direct, read-only, or copy-on-write."""

    path: str
    mode: str
    persist: bool


@dataclass(frozen=True, slots=True)
class Bind:
    """A directory mounted elsewhere, or read-only."""

    source: str
    dest: str
    readonly: bool


@dataclass(frozen=True, slots=True)
class IsolatedSpec:
    """A checked request. `echo` is what the state of the session shows of it."""

    mounts: tuple[IsolatedMount, ...]
    extra_writable: tuple[str, ...]
    binds: tuple[Bind, ...]
    share_net: bool
    strict: bool
    passthrough: tuple[str, frozenset[str]] | None  # mode and names
    uid: int | None
    gid: int | None
    idle_seconds: int
    echo: dict[str, Any] = field(repr=False)

    def variables(self, inherited: dict[str, str]) -> dict[str, str]:
        """Return the variables of the session's shell."""
        return {name: value for name, value in inherited.items() if self._passes(name)}

    def _passes(self, name: str) -> bool:
        if self.passthrough is None:
            return name in BASE_VARIABLES or not self.strict
        mode, names = self.passthrough
        if mode == "allow":
            return name in names or name in BASE_VARIABLES
        return name not in names


def parse_spec(body: dict[str, Any], writable_roots: tuple[str, ...]) -> IsolatedSpec:
    """Check a creation request; 400 names the member that is wrong, 503 what cannot be had here."""
    mounts = _mounts(body)
    profile = _one_of(body, "profile", ("strict", "balanced")) or "balanced"
    uid, gid = _identity(body)
    extra, binds = items(body, "extra_writable", str), items(body, "binds", dict)
    spec = IsolatedSpec(
        mounts=mounts,
        extra_writable=tuple(_writable(path, "extra_writable", writable_roots) for path in extra),
        binds=tuple(_bind(bind, writable_roots) for bind in binds),
        share_net=flag(body, "share_net"),
        strict=profile == "strict",
        passthrough=_passthrough(members(body, "env_passthrough")),
        uid=uid,
        gid=gid,
        idle_seconds=integer(body, "idle_timeout_seconds", least=0) or 0,
        echo=_echo(body, mounts, profile),
    )
    targets = (
        [mount.path for mount in mounts] + list(spec.extra_writable) + [bind.dest for bind in spec.binds]
    )
    if len(targets) > MAX_MOUNTS:
        raise invalid(f"{len(targets)} mounts, at most {MAX_MOUNTS} are possible")
    if len(set(targets)) < len(targets):
        raise invalid("two mounts have the same path")
    return spec


def _mounts(body: dict[str, Any]) -> tuple[IsolatedMount, ...]:
    workspace, overlays = members(body, "workspace"), items(body, "overlays", dict)
    given = ([] if workspace is None else [workspace]) + overlays
    if not given:
        raise invalid("give 'workspace' or 'overlays'")
    return tuple(_mount(mount) for mount in given)


def _mount(mount: dict[str, Any]) -> IsolatedMount:
    path = _clean(mount.get("path"), "path")
    mode = _one_of(mount, "mode", ("rw", "overlay", "ro")) or "overlay"
    persist = mount.get("persist")
    if persist is not None and (mode != "overlay" or not isinstance(persist, bool)):
        raise invalid(f"'persist' of {path} is for the mode 'overlay' only, and true or false")
    if not os.path.isdir(path):
        raise invalid(f"the mount path {path} is not a directory of the sandbox")
    return IsolatedMount(path, mode, persist is not False)


def _bind(bind: dict[str, Any], roots: tuple[str, ...]) -> Bind:
    source = _writable(bind.get("source"), "source", roots)
    return Bind(source, _clean(text(bind, "dest") or source, "dest"), flag(bind, "readonly"))


def _clean(path: Any, name: str) -> str:
    if (
        not isinstance(path, str)
        or not re.fullmatch(r"/[^/\0][^\0]*", path)
        or os.path.normpath(path) != path
        or path.split("/")[1] in ("proc", "dev", "sys")
    ):
        raise invalid(
            f"'{name}' is {path!r}, it has to be an absolute path below /, without '.', '..' or a slash at the end"
        )
    return path


def _writable(path: Any, name: str, roots: tuple[str, ...]) -> str:
    clean = _clean(path, name)
    real = os.path.realpath(clean)
    if not os.path.exists(real):
        raise invalid(f"'{name}' {clean} does not exist in the sandbox")
    if not any(real == root or real.startswith(f"{root}/") for root in roots):
        raise invalid(f"'{name}' {clean} is not below one of {', '.join(roots)}")
    return real if name == "source" else clean


def _identity(body: dict[str, Any]) -> tuple[int | None, int | None]:
    mode = _one_of(body, "uid_mode", ("setpriv", "userns")) or "setpriv"
    uid, gid = integer(body, "uid", least=0), integer(body, "gid", least=0)
    if max(uid or 0, gid or 0) > MAX_ID:
        raise invalid(f"'uid' and 'gid' have to be at most {MAX_ID}")
    if gid is not None and uid is None:
        raise invalid("'gid' needs 'uid' as well")
    if mode == "setpriv" and uid is not None and not is_own(uid, uid if gid is None else gid):
        raise ExecdError(
            503,
            NOT_SUPPORTED,
            "a real change of ids is not possible in this sandbox: use the uid_mode 'userns'",
        )
    return uid, gid


def _passthrough(value: dict[str, Any] | None) -> tuple[str, frozenset[str]] | None:
    if value is None:
        return None
    return _one_of(value, "mode", ("allow", "deny")) or "allow", frozenset(items(value, "keys", str))


def _one_of(body: dict[str, Any], name: str, known: tuple[str, ...]) -> str | None:
    value = text(body, name)
    if value is not None and value not in known:
        raise invalid(f"'{name}' is {value!r}, it has to be one of {', '.join(known)}")
    return value


def _echo(body: dict[str, Any], mounts: tuple[IsolatedMount, ...], profile: str) -> dict[str, Any]:
    names = ("extra_writable", "binds", "share_net", "env_passthrough", "uid", "gid", "uid_mode")
    echo: dict[str, Any] = {"profile": profile}
    if len(mounts) == 1:
        echo["workspace"] = {"path": mounts[0].path, "mode": mounts[0].mode}
    echo["overlays"] = [
        {"path": mount.path, "mode": mount.mode}
        | ({"persist": mount.persist} if mount.mode == "overlay" else {})
        for mount in mounts
    ]
    echo |= {name: _without_null(body[name]) for name in names if body.get(name) is not None}
    return echo | {"idle_timeout_seconds": body.get("idle_timeout_seconds") or 0}


def _without_null(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_null(item) for item in value]
    if isinstance(value, dict):
        return {name: member for name, member in value.items() if member is not None}
    return value


def run_variables(value: Any) -> dict[str, str]:
    """Check the variables of one run; 400 when a name cannot be exported by a shell."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(
        isinstance(item, str) and "\0" not in item for item in value.values()
    ):
        raise invalid("'envs' has to map names to texts")
    for name in value:
        if not _VARIABLE.fullmatch(name):
            raise invalid(f"'envs' has the name {name!r}, which a shell cannot export")
    if problem := oversize(value):
        raise invalid(problem)
    return value
