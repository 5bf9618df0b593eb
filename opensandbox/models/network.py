"""Where a sandbox may connect to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from opensandbox.models.base import Model, NonBlank


class NetworkRule(Model):
    """Allow or deny one target: a host name, `*.example.com`, an address, or a network in CIDR form."""

    action: Literal["allow", "deny"]
    target: NonBlank


class NetworkPolicy(Model):
    """Rules for outgoing connections; what no rule names follows `default_action`.

    Example:

        NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target="example.com")])
    """

    default_action: Annotated[Literal["allow", "deny"] | None, Field(alias="defaultAction")] = "deny"
    egress: list[NetworkRule] | None = None
