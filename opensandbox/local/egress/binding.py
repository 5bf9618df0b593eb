"""A binding: the requests a secret is for, and how it gets into them. Built from a body, refusing what is ambiguous."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opensandbox.local.egress.destination import parse_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opensandbox.local.egress.vault_bodies import AuthBody, BindingBody, MatchBody

PLACES = ("path", "query", "header", "body")
DEFAULT_PORTS = {"https": 443, "http": 80}

_DEFAULT_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+")
_RESERVED_HEADERS = frozenset(
    (
        "host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade", "te", "trailer",
        "proxy-authorization", "proxy-authenticate", "forwarded", "x-forwarded-for", "x-forwarded-host",
        "x-forwarded-proto",
    )
)  # fmt: skip
# Members that each type has, all required; `substitutions` goes with every one.
_MEMBERS: dict[str, tuple[str, ...]] = {
    "bearer": ("credential",),
    "basic": ("credential",),
    "apiKey": ("name", "credential"),
    "customHeaders": ("headers",),
    "passthrough": (),
}
_SCHEMES_OF_AUTHORIZATION = {"bearer": "Bearer ", "basic": "Basic "}


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """A header whose value is `prefix` and a secret."""

    name: str
    credential: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Substitution:
    """A placeholder that a secret replaces in some places of a request."""

    credential: str
    placeholder: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """Which requests (all of schemes, hosts, methods and paths must fit), and what they get."""

    name: str
    schemes: tuple[str, ...]
    hosts: tuple[str, ...]
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    auth: str
    headers: tuple[HeaderRule, ...] = ()
    substitutions: tuple[Substitution, ...] = field(default=())

    def credentials(self) -> set[str]:
        """The names of the secrets it uses."""
        return {rule.credential for rule in self.headers} | {rule.credential for rule in self.substitutions}

    def credentials_in_headers(self) -> set[str]:
        """The names of the secrets that become part of a header."""
        placed = {rule.credential for rule in self.substitutions if "header" in rule.places}
        return {rule.credential for rule in self.headers} | placed

    def as_json(self, revision: int) -> dict[str, Any]:
        """The `CredentialBindingMetadata` of the protocol."""
        auth: dict[str, str] = {"type": self.auth}
        if self.auth == "apiKey":
            auth["name"] = self.headers[0].name
        match = {name: list(getattr(self, name)) for name in ("schemes", "hosts", "methods", "paths")}
        return {"name": self.name, "revision": revision, "match": match, "auth": auth}

    def overlaps(self, other: Binding) -> bool:
        """Whether one request could match both with equal right. An exact host outranks a wildcard, so those do not."""
        return (
            bool({*self.schemes} & {*other.schemes})
            and bool({*self.methods} & {*other.methods})
            and any(_hosts_overlap(mine, yours) for mine in self.hosts for yours in other.hosts)
            and any(_paths_overlap(mine, yours) for mine in self.paths for yours in other.paths)
        )


def build(body: BindingBody, *, scoped: bool) -> Binding:
    """The binding that a body describes. Raises ValueError.

    `scoped` demands that methods and paths are named, and not every path.
    """
    name = checked_name(body.name, "binding")
    where = f"binding {name!r}"
    match = body.match
    if scoped and not (match.methods and match.paths and "/*" not in match.paths):
        raise ValueError(
            f"{where}: this sandbox demands that match.methods and match.paths are named, and not /*"
        )
    if any(port not in DEFAULT_PORTS.values() for port in match.ports or ()):
        raise ValueError(f"{where}: match.ports is deprecated; leave it out, the port follows the scheme")
    return Binding(
        name=name,
        schemes=_distinct(match.schemes or ("https",)),
        hosts=_hosts(match, where),
        methods=_methods(match, where),
        paths=_paths(match, where),
        auth=body.auth.type,
        headers=_header_rules(body.auth, where),
        substitutions=_substitutions(body.auth, where),
    )


def checked_name(text: str, what: str) -> str:
    """A name without spaces around it. Raises ValueError for a blank one."""
    if not text.strip():
        raise ValueError(f"a {what} has a blank name")
    return text.strip()


def _hosts(match: MatchBody, where: str) -> tuple[str, ...]:
    hosts = _distinct(host.strip().lower().removesuffix(".") for host in match.hosts)
    if not hosts:
        raise ValueError(f"{where}: match.hosts is empty; name at least one host")
    for host in hosts:
        if len(host) > 253 or not _HOST.fullmatch(host) or parse_address(host) is not None:
            raise ValueError(
                f"{where}: match.hosts {host[:100]!r} is not a full name or *.name "
                "(no scheme, port, path, address or single label)"
            )
    return hosts


def _methods(match: MatchBody, where: str) -> tuple[str, ...]:
    methods = _distinct(method.strip().upper() for method in match.methods or _DEFAULT_METHODS)
    if bad := [method for method in methods if not _TOKEN.fullmatch(method)]:
        raise ValueError(f"{where}: match.methods {bad[0][:100]!r} is not a method")
    return methods


def _paths(match: MatchBody, where: str) -> tuple[str, ...]:
    paths = _distinct(match.paths or ("/*",))
    for path in paths:
        if not path.startswith("/") or "*" in path[:-1] or re.search(r"[\s?#]", path):
            raise ValueError(
                f"{where}: match.paths {path[:100]!r} has to start with / and may have one * at its end"
            )
    return paths


def _header_rules(auth: AuthBody, where: str) -> tuple[HeaderRule, ...]:
    wanted = _MEMBERS[auth.type]
    for member in ("name", "credential", "headers"):
        given = getattr(auth, member)
        if (member in wanted) != bool(given):
            verb = "needs" if member in wanted else "does not take"
            raise ValueError(f"{where}: auth of type {auth.type} {verb} {member}")
    if auth.type in _SCHEMES_OF_AUTHORIZATION:
        return (HeaderRule("Authorization", auth.credential or "", _SCHEMES_OF_AUTHORIZATION[auth.type]),)
    if auth.type == "apiKey":
        return (HeaderRule(_header_name(auth.name or "", where), auth.credential or ""),)
    rules = tuple(
        HeaderRule(_header_name(header.name, where), header.credential) for header in auth.headers or ()
    )
    if len({rule.name for rule in rules}) < len(rules):
        raise ValueError(f"{where}: auth.headers names a header twice")
    return rules


def _header_name(text: str, where: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError(f"{where}: {text[:100]!r} is not a header name")
    if text.lower() in _RESERVED_HEADERS:
        raise ValueError(f"{where}: the header {text} cannot carry a credential")
    return "-".join(part[:1].upper() + part[1:].lower() for part in text.split("-"))


def _substitutions(auth: AuthBody, where: str) -> tuple[Substitution, ...]:
    rules, taken = [], set()
    for body in auth.substitutions or ():
        if not body.placeholder.strip():
            raise ValueError(f"{where}: a placeholder is blank")
        places = _distinct(place.strip().lower() for place in body.places)
        for place in places:
            if place not in PLACES:
                raise ValueError(f"{where}: in {place[:100]!r} is none of {', '.join(PLACES)}")
            if (place, body.placeholder) in taken:
                raise ValueError(f"{where}: the placeholder {body.placeholder!r} is given twice for {place}")
            taken.add((place, body.placeholder))
        rules.append(Substitution(body.credential.strip(), body.placeholder, places))
    return tuple(rules)


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _hosts_overlap(one: str, other: str) -> bool:
    if one.startswith("*.") != other.startswith("*."):
        return False
    if not one.startswith("*."):
        return one == other
    return one[1:].endswith(other[1:]) or other[1:].endswith(one[1:])


def _paths_overlap(one: str, other: str) -> bool:
    first, second = one.removesuffix("*"), other.removesuffix("*")
    if one.endswith("*") and other.endswith("*"):
        return first.startswith(second) or second.startswith(first)
    if one.endswith("*"):
        return second.startswith(first)
    return first.startswith(second) if other.endswith("*") else first == second
