"""Network rules for ports, and servers that do not know them: one of 1.1.1 drops the ports without a word, and rules every port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opensandbox.exceptions import SandboxNotSupportedException
from opensandbox.models.network import NetworkRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opensandbox.models.network import NetworkPolicy

PROBES: Final = 254 * 65535


def probe(number: int) -> NetworkRule:
    """Return one of `PROBES` rules that change nothing, whether their port is kept or not: nobody has such an address (RFC 5737).

    Each call takes another one, since several may ask at a time.
    """
    host, port = divmod(number, 65535)
    return NetworkRule(action="deny", target=f"192.0.2.{host + 1}", ports=[port + 1])


def is_unrestricted(policy: NetworkPolicy) -> bool:
    """Tell whether everything may pass, until a first rule denies the rest."""
    return policy.default_action == "allow" and not policy.egress


def has_ports(rules: Iterable[NetworkRule] | None) -> bool:
    """Tell whether some rule is limited to ports."""
    return any(rule.ports for rule in rules or ())


def lacks_ports(wanted: Iterable[NetworkRule] | None, answered: Iterable[NetworkRule] | None) -> bool:
    """Tell whether a policy, as it is read back, has lost ports of the rules that were given.

    Targets are not compared: they may come back in another spelling.
    """
    known = {(rule.action, frozenset(rule.ports)) for rule in answered or () if rule.ports}
    return any((rule.action, frozenset(rule.ports)) not in known for rule in wanted or () if rule.ports)


def not_supported(what_now: str) -> SandboxNotSupportedException:
    """Return the exception for a server that drops ports."""
    return SandboxNotSupportedException(
        "network rules cannot be limited to ports here: the server or the egress sidecar drops `ports` and would rule every port, "
        f"as those before 1.2 do; {what_now}. Leave ports out, or use a deployment of 1.2"
    )
