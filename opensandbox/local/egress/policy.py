"""Network policies, as pure values: every change makes a new policy.

Two layers decide, as with the real sidecar. Names are decided when they are looked up: the first rule that matches counts.
Addresses and ports are decided when a connection is made: there a rule that denies wins over every rule that allows.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from opensandbox.local.egress.destination import normal_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opensandbox.local.egress.destination import Address

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_RULES = 4096
_MOST_PORTS = 256
_NEVER = MAX_RULES + 1


class TooManyRules(ValueError):
    """More rules than a policy may have."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `target` is kept as it was written; names compare without regard to case.

    With `ports` it is about these TCP ports alone. An empty target, which needs ports, means every address.
    """

    allow: bool
    target: str
    ports: tuple[int, ...] = ()

    @property
    def scope(self) -> tuple[str, frozenset[int]]:
        """What two rules share of which the newer one replaces the older."""
        return self.target.lower(), frozenset(self.ports)

    def as_json(self) -> dict[str, Any]:
        """The `NetworkRule` of the protocol."""
        rule = {"action": "allow" if self.allow else "deny", "target": self.target}
        return rule | ({"ports": list(self.ports)} if self.ports else {})


@dataclass(frozen=True)
class Policy:
    """What one sandbox may reach. `rules` is None when no list of rules was ever given.

    A rule for a name matches that name, `*.example.com` every name below it; a rule for an address, a network or ports
    matches by what is connected to, also when it was asked for by name.
    """

    default_allow: bool = False
    rules: tuple[Rule, ...] | None = None

    @property
    def mode(self) -> str:
        """The `mode` of the protocol."""
        if self.rules:
            return "enforcing"
        return "allow_all" if self.default_allow else "deny_all"

    def as_json(self) -> dict[str, Any]:
        """The `NetworkPolicy` of the protocol."""
        return {
            "defaultAction": "allow" if self.default_allow else "deny",
            "egress": None if self.rules is None else [rule.as_json() for rule in self.rules],
        }

    def allows_name(self, name: str) -> bool:
        """Whether a name may be asked for at all, before anything is known of its addresses."""
        return self._decide(self._name_rule(name))

    def allows(self, name: str | None, address: Address, port: int) -> bool:
        """Whether this address may be connected to, asked for by `name` or, with None, as it is."""
        verdicts = [rule.allow for _, rule in self._matching(address, port)]
        if not all(verdicts):
            return False
        by_name = _NEVER if name is None else self._name_rule(name)
        return self._decide(by_name) if by_name != _NEVER else self.default_allow or bool(verdicts)

    def closes_port(self, port: int) -> bool:
        """Whether a port is denied wherever it leads."""
        return any(not rule.target and not rule.allow and port in rule.ports for rule in self.rules or ())

    def denies_explicitly(self, name: str) -> bool:
        """Whether a rule, not just the default, denies a name."""
        return (rule := self._name_rule(name)) != _NEVER and not self._decide(rule)

    def opens_private(self, address: Address, port: int) -> bool:
        """Whether a rule means an address of a private range on purpose: it allows it, or a network within that range."""
        matching = self._matching(address, port)
        return all(rule.allow for _, rule in matching) and any(
            network is not None and _is_within_private_range(network) for network, _ in matching
        )

    def merged(self, changes: Sequence[Rule]) -> Policy:
        """With `changes` in front of the older rules of other scopes; of two changes of one scope, the first counts."""
        latest: dict[object, Rule] = {}
        for rule in changes:
            latest.setdefault(rule.scope, rule)
        kept = [rule for rule in self.rules or () if rule.scope not in latest]
        return _limited(Policy(self.default_allow, (*latest.values(), *kept)))

    def merged_in_place(self, changes: Sequence[Rule]) -> Policy:
        """With each change where the old rule of its scope was, else at the end: how template-backed sandboxes do it."""
        latest = {rule.scope: rule for rule in self.rules or ()}
        # Backwards, so that of two changes of one scope the first counts.
        first = {rule.scope: rule for rule in reversed(changes)}
        latest.update((rule.scope, first[rule.scope]) for rule in changes)
        return _limited(Policy(self.default_allow, tuple(latest.values())))

    def without(self, targets: Iterable[str]) -> Policy:
        """Without the rules for these targets, on whatever ports; an empty text stands for all rules without a target.

        The same policy when there are none.
        """
        unwanted = {target.strip().lower() for target in targets}
        kept = tuple(rule for rule in self.rules or () if rule.target.lower() not in unwanted)
        return self if len(kept) == len(self.rules or ()) else Policy(self.default_allow, kept)

    def _decide(self, rule: int) -> bool:
        return self.default_allow if rule == _NEVER else (self.rules or ())[rule].allow

    def _name_rule(self, name: str) -> int:
        """The position of the first rule that matches a name."""
        exact, below = self._names
        found = exact.get(name, _NEVER)
        while name := name.partition(".")[2]:
            found = min(found, below.get(name, _NEVER))
        return found

    def _matching(self, address: Address, port: int) -> list[tuple[Network | None, Rule]]:
        return [
            (network, rule)
            for network, rule in self._places
            if (not rule.ports or port in rule.ports)
            and (network is None or (address.version == network.version and address in network))
        ]

    @cached_property
    def _names(self) -> tuple[dict[str, int], dict[str, int]]:
        exact: dict[str, int] = {}
        below: dict[str, int] = {}
        for index, rule in enumerate(self.rules or ()):
            name = rule.target.lower().removesuffix(".")
            if name.startswith("*."):
                below.setdefault(name[2:], index)
            elif name and network_of(name) is None:
                exact.setdefault(name, index)
        return exact, below

    @cached_property
    def _places(self) -> list[tuple[Network | None, Rule]]:
        """The rules about addresses, each with its network: None where it has no target."""
        found = ((network_of(rule.target), rule) for rule in self.rules or ())
        return [(network, rule) for network, rule in found if network is not None or not rule.target]


UNRESTRICTED = Policy(default_allow=True)
DENY_ALL = Policy()


def parse_policy(value: object) -> Policy:
    """The policy that decoded JSON describes; null and an empty object deny everything. ValueError names what is wrong."""
    if value is None:
        return DENY_ALL
    if not isinstance(value, dict):
        raise ValueError("a policy has to be an object")
    default = value.get("defaultAction")
    if default is not None and not isinstance(default, str):
        raise ValueError("defaultAction has to be allow or deny")
    allow = _action(default or "", "defaultAction")
    rules = value.get("egress")
    if rules is None:
        return Policy(allow)
    return _limited(Policy(allow, parse_rules(rules, "egress")))


def parse_rules(value: object, where: str = "rules") -> tuple[Rule, ...]:
    """The rules of a decoded JSON array. Raises ValueError that names the first wrong one."""
    if not isinstance(value, list):
        raise ValueError(f"{where} has to be an array")
    return tuple(_rule(item, f"{where}[{index}]") for index, item in enumerate(value))


def _rule(value: object, where: str) -> Rule:
    if not isinstance(value, dict):
        raise ValueError(f"{where} has to be an object with action and target")
    action, target = value.get("action", ""), value.get("target")
    if not isinstance(action, str):
        raise ValueError(f"{where}.action has to be allow or deny")
    if target is not None and not isinstance(target, str):
        raise ValueError(f"{where}.target has to be a text")
    target = (target or "").strip()
    ports = _ports(value.get("ports"), f"{where}.ports")
    if not target and not ports:
        raise ValueError(
            f"{where}.target has to be a name, *.name, an address or a network; without one, ports say which"
        )
    network = network_of(target)
    if target and network is None and normal_name(target.removeprefix("*.")) is None:
        raise ValueError(
            f"{where}.target {target[:100]!r} is neither a name, *.name, an address nor a network; "
            "for everything else there is defaultAction"
        )
    if target and network is None and ports:
        raise ValueError(
            f"{where}: ports cannot go with the name {target[:100]!r}, which is decided before there is a port; "
            "allow the name, and the ports in a rule for addresses"
        )
    return Rule(_action(action, f"{where}.action"), target, ports)


def _ports(value: object, where: str) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST_PORTS:
        raise ValueError(f"{where} has to be an array of 1 to {_MOST_PORTS} ports")
    ports: list[int] = []
    for port in value:
        if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
            raise ValueError(f"{where} has to hold whole numbers from 1 to 65535")
        ports.append(port)
    if len(set(ports)) < len(ports):
        raise ValueError(f"{where} names a port twice")
    return tuple(ports)


def _action(text: str, where: str) -> bool:
    if (action := text.strip().lower()) not in ("", "allow", "deny"):
        raise ValueError(f"{where} is {text[:100]!r}; it has to be allow or deny")
    return action == "allow"


def _limited(policy: Policy) -> Policy:
    if len(policy.rules or ()) > MAX_RULES:
        raise TooManyRules(f"{len(policy.rules or ())} rules are more than the limit of {MAX_RULES}")
    return policy


def network_of(target: str) -> Network | None:
    """The network that a target names, a single address as one of its own; None for names and for an empty text."""
    length = target.partition("/")[2]
    if "%" in target or (length and not length.isdecimal()):
        return None
    try:
        network = ipaddress.ip_network(target, strict=False)
    except ValueError:
        return None
    # What is connected to is compared by its IPv4 address, so a rule for the other spelling of that has to be as well.
    if network.version == 6 and network.prefixlen >= 96 and (mapped := network.network_address.ipv4_mapped):
        return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def _is_within_private_range(network: Network) -> bool:
    # 0.0.0.0/0 means the internet; that it also covers this machine is no wish to open it.
    wide = network.prefixlen < (8 if network.version == 4 else 7)
    return not wide and not (network.network_address.is_global or network.broadcast_address.is_global)
