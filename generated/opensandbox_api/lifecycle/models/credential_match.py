# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.credential_match_schemes_item import CredentialMatchSchemesItem
from ..types import UNSET, Unset

T = TypeVar("T", bound="CredentialMatch")


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
        hosts = self.hosts

        schemes: list[str] | Unset = UNSET
        if not isinstance(self.schemes, Unset):
            schemes = []
            for schemes_item_data in self.schemes:
                schemes_item = schemes_item_data.value
                schemes.append(schemes_item)

        ports: list[int] | Unset = UNSET
        if not isinstance(self.ports, Unset):
            ports = self.ports

        methods: list[str] | Unset = UNSET
        if not isinstance(self.methods, Unset):
            methods = self.methods

        paths: list[str] | Unset = UNSET
        if not isinstance(self.paths, Unset):
            paths = self.paths

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "hosts": hosts,
            }
        )
        if schemes is not UNSET:
            field_dict["schemes"] = schemes
        if ports is not UNSET:
            field_dict["ports"] = ports
        if methods is not UNSET:
            field_dict["methods"] = methods
        if paths is not UNSET:
            field_dict["paths"] = paths

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        hosts = cast(list[str], d.pop("hosts"))

        _schemes = d.pop("schemes", UNSET)
        schemes: list[CredentialMatchSchemesItem] | Unset = UNSET
        if _schemes is not UNSET:
            schemes = []
            for schemes_item_data in _schemes:
                schemes_item = CredentialMatchSchemesItem(schemes_item_data)

                schemes.append(schemes_item)

        ports = cast(list[int], d.pop("ports", UNSET))

        methods = cast(list[str], d.pop("methods", UNSET))

        paths = cast(list[str], d.pop("paths", UNSET))

        credential_match = cls(
            hosts=hosts,
            schemes=schemes,
            ports=ports,
            methods=methods,
            paths=paths,
        )

        return credential_match
