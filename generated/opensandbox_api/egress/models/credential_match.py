# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present
from ..models.credential_match_schemes_item import CredentialMatchSchemesItem


@_attrs_define
class CredentialMatch:
    """Which requests a binding is about; all conditions must hold. Two bindings that could claim the same request are
    refused, but an exact host outranks a wildcard.

    Attributes:
        hosts (list[str]): Full host names, or `*.` and a name for everything below it. The policy has to allow them.
        schemes (list[CredentialMatchSchemesItem] | Unset): URL schemes.
        ports (list[int] | Unset): No longer used: the port follows the scheme, and anything but 80 and 443 is refused.
        methods (list[str] | Unset): HTTP methods.
        paths (list[str] | Unset): Paths; a `*` at the end stands for any rest.
    """

    hosts: list[str]
    schemes: list[CredentialMatchSchemesItem] | Unset = UNSET
    ports: list[int] | Unset = UNSET
    methods: list[str] | Unset = UNSET
    paths: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["hosts"] = self.hosts
        if self.schemes is not UNSET:
            members["schemes"] = [item.value for item in self.schemes]
        if self.ports is not UNSET:
            members["ports"] = self.ports
        if self.methods is not UNSET:
            members["methods"] = self.methods
        if self.paths is not UNSET:
            members["paths"] = self.paths
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            hosts=d.pop("hosts"),
            schemes=UNSET if (value := d.pop("schemes", UNSET)) is UNSET else [CredentialMatchSchemesItem(item) for item in value],
            ports=d.pop("ports", UNSET),
            methods=d.pop("methods", UNSET),
            paths=d.pop("paths", UNSET),
        )
        return record
