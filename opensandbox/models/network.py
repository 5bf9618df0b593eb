"""Where a sandbox may connect to."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from opensandbox.models.base import Model

_MOST_PORTS = 256

Port = Annotated[int, Field(ge=1, le=65535)]


def _no_port_twice(ports: list[int]) -> list[int]:
    if len(set(ports)) < len(ports):
        raise ValueError("must name each port once")
    return ports


Ports = Annotated[list[Port], Field(min_length=1, max_length=_MOST_PORTS), AfterValidator(_no_port_twice)]


def _trimmed(target: str | None) -> str | None:
    return (target or "").strip() or None  # servers say "" where there is none


class NetworkRule(Model):
    """Allow or deny one target: a host name, `*.example.com`, an address, or a network in CIDR form.

    With `ports` the rule is about these TCP ports alone, of an address, a network, or without a target of every address. A
    name cannot have ports: it is decided when it is looked up, where there is no port yet. So under a policy that denies by
    default, a name needs a rule of its own.

        NetworkRule(action="allow", target="10.0.0.0/8", ports=[5432])
    """

    action: Literal["allow", "deny"]
    target: Annotated[str | None, AfterValidator(_trimmed)] = None
    ports: Ports | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.target is None and self.ports is None:
            raise ValueError(
                "target must not be blank where there are no ports; name a host, an address or a network"
            )
        if self.target is not None and self.ports is not None and not _is_address(self.target):
            raise ValueError(
                f"ports cannot go with the name {self.target!r}, which is looked up without a port; "
                "allow the name in one rule, and the ports in another one for its addresses"
            )
        return self


def _is_address(target: str) -> bool:
    """Tell whether a target is an address or a network in CIDR form; a mask in dots is neither."""
    address, slash, length = target.partition("/")
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not slash:
        return True
    return "%" not in address and length.isascii() and length.isdigit() and int(length) <= found.max_prefixlen


class NetworkPolicy(Model):
    """Rules for outgoing connections; what no rule names follows `default_action`.

    Example:

        NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target="example.com")])
    """

    default_action: Annotated[Literal["allow", "deny"] | None, Field(alias="defaultAction")] = "deny"
    egress: list[NetworkRule] | None = None
