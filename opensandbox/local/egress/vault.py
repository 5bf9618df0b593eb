"""The credential vault of one sandbox: a value that every accepted change replaces as a whole, or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from opensandbox.local.egress.binding import Binding, build, checked_name
from opensandbox.local.egress.vault_bodies import unique

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opensandbox.local.egress.policy import Policy
    from opensandbox.local.egress.vault_bodies import (
        BindingChanges,
        ChangeVault,
        CreateVault,
        CredentialBody,
        CredentialChanges,
    )

# A wildcard is tried against the policy with one name below it.
_MADE_UP = "egress-probe"
_UNFIT_FOR_HEADERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|^\s|\s$")


class RevisionConflict(Exception):
    """The vault is not at the revision that the caller expected."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One secret; its `value` is in no text that this class makes."""

    name: str
    value: str = field(repr=False)
    revision: int = 1

    def as_json(self) -> dict[str, Any]:
        """The `CredentialMetadata` of the protocol."""
        return {"name": self.name, "sourceType": "inline", "revision": self.revision}


@dataclass(frozen=True, slots=True)
class Vault:
    """Credentials and bindings by name, at a revision."""

    revision: int
    credentials: Mapping[str, Credential]
    bindings: Mapping[str, Binding]

    def credentials_json(self) -> list[dict[str, Any]]:
        """The metadata of all credentials, sorted by name."""
        return [self.credentials[name].as_json() for name in sorted(self.credentials)]

    def bindings_json(self) -> list[dict[str, Any]]:
        """The metadata of all bindings, sorted by name."""
        return [self.bindings[name].as_json(self.revision) for name in sorted(self.bindings)]

    def as_json(self) -> dict[str, Any]:
        """The `CredentialVaultState` of the protocol."""
        return {
            "revision": self.revision,
            "credentials": self.credentials_json(),
            "bindings": self.bindings_json(),
        }


def create(body: CreateVault, policy: Policy | None, *, scoped: bool = False) -> Vault:
    """A vault at revision 1. Raises ValueError."""
    unique(body.credentials, lambda item: item.name.strip(), "credentials")
    unique(body.bindings, lambda item: item.name.strip(), "bindings")
    credentials = [_credential(item, 1) for item in body.credentials]
    bindings = [build(item, scoped=scoped) for item in body.bindings]
    return _checked(
        Vault(1, {item.name: item for item in credentials}, {item.name: item for item in bindings}), policy
    )


def change(vault: Vault, body: ChangeVault, policy: Policy | None, *, scoped: bool = False) -> Vault:
    """The vault at the next revision. Raises ValueError or RevisionConflict; then nothing has changed."""
    if body.expected_revision is not None and body.expected_revision != vault.revision:
        raise RevisionConflict(
            f"expected revision {body.expected_revision}, the vault is at {vault.revision}; read it and try again"
        )
    revision = vault.revision + 1
    credentials = _changed(
        vault.credentials, body.credentials, lambda item: _credential(item, revision), "credential"
    )
    bindings = _changed(vault.bindings, body.bindings, lambda item: build(item, scoped=scoped), "binding")
    return _checked(Vault(revision, credentials, bindings), policy)


def check_coverage(bindings: Mapping[str, Binding], policy: Policy | None) -> None:
    """Raise ValueError when a bound host is one that the policy denies, or there is no policy at all."""
    if bindings and policy is None:
        raise ValueError("bindings need an egress policy; set one that allows the bound hosts")
    for binding in bindings.values():
        for host in binding.hosts:
            if policy is not None and not policy.allows_name(host.replace("*", _MADE_UP, 1)):
                raise ValueError(
                    f"binding {binding.name!r}: the policy denies the host {host}; allow it there first"
                )


def _changed(
    old: Mapping[str, Any],
    changes: CredentialChanges | BindingChanges | None,
    make: Callable[[Any], Any],
    what: str,
) -> dict[str, Any]:
    result = dict(old)
    if changes is None:
        return result
    deleted = [checked_name(name, what) for name in changes.delete or ()]
    replaced = [make(item) for item in changes.replace or ()]
    added = [make(item) for item in changes.add or ()]
    unique([*deleted, *(item.name for item in (*replaced, *added))], str, f"changes of {what}s")
    for name in deleted:
        if result.pop(name, None) is None:
            raise ValueError(f"there is no {what} {name!r} to delete")
    for item in replaced:
        if item.name not in result:
            raise ValueError(f"there is no {what} {item.name!r} to replace; add it")
        result[item.name] = item
    for item in added:
        if item.name in result:
            raise ValueError(f"there is a {what} {item.name!r} already; replace it")
        result[item.name] = item
    return result


def _credential(body: CredentialBody, revision: int) -> Credential:
    return Credential(checked_name(body.name, "credential"), body.source.value, revision)


def _checked(vault: Vault, policy: Policy | None) -> Vault:
    for binding in vault.bindings.values():
        for name in binding.credentials():
            if name not in vault.credentials:
                raise ValueError(
                    f"binding {binding.name!r} names the credential {name!r}, which is not there"
                )
        for name in binding.credentials_in_headers():
            if _UNFIT_FOR_HEADERS.search(vault.credentials[name].value):
                raise ValueError(
                    f"binding {binding.name!r}: the value of credential {name!r} cannot be part of a header: "
                    "it has a control character, or white space at an end"
                )
    for one, other in combinations(vault.bindings.values(), 2):
        if one.overlaps(other):
            raise ValueError(
                f"bindings {one.name!r} and {other.name!r} could both match one request; make them distinct"
            )
    check_coverage(vault.bindings, policy)
    return vault
